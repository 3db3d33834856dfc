import { must, type Page, should } from '../requirement.ts'

/** The rules for servers; those for clients stand with signing in. */
export const authorization: Page = {
  path: 'basic/authorization',
  sections: {
    overview: {
      'auth-metadata': must('server', 'A protected server describes itself by RFC 9728.'),
    },
    'scope-selection-strategy': {
      'auth-challenge-scope': should('server', 'A challenge names the scopes that the request takes.'),
    },
    'canonical-server-uri': {
      'auth-resource-case': should('server', 'Scheme and host of a resource are compared without case.'),
    },
    'token-requirements': {
      'auth-token-header': must('server', 'A token counts in the Authorization header, and nowhere else.'),
    },
    'token-handling': {
      'auth-token-validated': must('server', 'A token is checked before anything is done for it.'),
      'auth-token-audience': must('server', 'A token is for this server, or it is refused.'),
      'auth-token-invalid': must('server', 'What is invalid or has expired gets 401.'),
      'auth-token-transit': must('server', 'No other token is accepted, and none is passed on.'),
    },
    'refresh-tokens': {
      'auth-no-offline': should('server', 'Neither challenges nor the description name offline_access.'),
    },
    'error-handling': {
      'auth-statuses': must('server', '401 asks to sign in, 403 for more scopes, 400 for another request.'),
    },
    'runtime-insufficient-scope-errors': {
      'auth-insufficient': should(
        'server',
        'What is missing at run time gets 403, the error, the scopes and the address.',
      ),
      'auth-at-once': should('server', 'One challenge has all scopes that the operation takes.'),
    },
    'step-up-authorization-flow': {
      'auth-hierarchy': must('server', 'Scopes that contain others count for them.'),
    },
  },
}

export const authorizationDiscovery: Page = {
  path: 'basic/authorization/authorization-server-discovery',
  sections: {
    'authorization-server-location': {
      'auth-servers': must('server', 'The description names at least one authorization server.'),
      'auth-announced': must('server', 'Challenges or a well-known place lead to the description.'),
    },
  },
}
