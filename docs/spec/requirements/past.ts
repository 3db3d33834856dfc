import { must, notOurs, type Page, should } from '../requirement.ts'

/** What authorization of earlier revisions asks besides. A client does it where `guessIssuer` is turned on. */
export const authorization20250326: Page = {
  path: '/specification/2025-03-26/basic/authorization',
  sections: {
    'server-metadata-discovery': {
      'past-metadata-first': must('client', 'The metadata are looked for before endpoints are guessed.'),
    },
    'server-metadata-discovery-headers': {
      'past-version-header': should(
        'client',
        'Whoever looks for metadata says which revision it speaks.',
        notOurs('What is looked for is the same for every revision, and browsers would have to ask before they ask.'),
      ),
    },
    'authorization-base-url': {
      'past-base-url': must('client', 'The issuer is at the address of the server without its path.'),
    },
    'fallbacks-for-servers-without-metadata-discovery': {
      'past-default-endpoints': must('client', 'Without metadata there are /authorize, /token and /register.'),
    },
  },
}

export const authorization20250618: Page = {
  path: '/specification/2025-06-18/basic/authorization',
  sections: {
    overview: {
      'past-issuer-metadata': must('issuer', 'There are metadata by RFC 8414.'),
    },
    'authorization-server-location': {
      'past-challenge': must('server', 'A 401 says where the description is.'),
    },
  },
}
