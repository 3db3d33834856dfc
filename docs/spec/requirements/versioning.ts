import { must, type Page, should } from '../requirement.ts'

export const versioning: Page = {
  path: 'basic/versioning',
  sections: {
    'protocol-version-negotiation': {
      'version-unsupported': must(
        'server',
        'Another revision is refused with −32022, which lists those that are spoken.',
      ),
      'version-agreement': should(
        'client',
        'A refused client picks a revision that both speak, or says that there is none.',
      ),
    },
    'extension-negotiation': {
      'extension-identifier': must('both', 'The identifier of an extension has the form of a _meta key with a prefix.'),
      'extension-one-sided': must('both', 'An extension that the other side lacks is done without, or refused.'),
      'extension-fallback': should('both', 'Extensions say how they are done without.'),
    },
    'backward-compatibility-with-initialization-based-versions': {
      'older-client-told': should('server', 'A client that opens with a handshake is told which revisions are spoken.'),
      'era-cached': should('client', 'What was found out about a server is kept.'),
    },
    'compatibility-matrix': {
      'older-server-probed': should('client', 'Over stdio the first request is server/discover.'),
    },
  },
}
