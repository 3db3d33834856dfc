import { must, notOurs, type Page, should } from '../requirement.ts'

/*
 * Sentences that only refer to rules elsewhere, or say a rule of these pages again, are left out.
 */

const AUTHOR = notOurs('Which scopes belong together, the author of a server says.')
const DOCUMENT = notOurs('The document is a file on the website of the application, which writes it.')

export const authorization: Page = {
  path: 'basic/authorization',
  sections: {
    overview: {
      'auth-oauth': must('issuer', 'Codes and tokens of OAuth 2.1, safe for public and for confidential clients.'),
      'auth-metadata': must('server', 'A protected server describes itself by RFC 9728.'),
      'auth-metadata-used': must('client', 'Who issues tokens is found out by RFC 9728.'),
      'auth-issuer-metadata': must('issuer', 'An issuer publishes metadata by RFC 8414 or by OpenID discovery.'),
      'auth-issuer-metadata-used': must('client', 'The metadata of either kind leads to the issuer.'),
    },
    'protocol-requirements': {
      'auth-other-transports': must(
        'both',
        'Other transports do what is good practice for them.',
        notOurs('There are two transports here; whoever writes another one protects it.'),
      ),
    },
    'client-registration': {
      'auth-client-id': must('client', 'Nobody is sent to an issuer that knows no client of ours.'),
    },
    'scope-selection-strategy': {
      'auth-challenge-scope': should('server', 'A challenge names the scopes that the request takes.'),
      'auth-scope-unrelated': must(
        'client',
        'Nothing follows from the scopes that are published about those of a challenge.',
      ),
      'auth-scope-authoritative': must('client', 'The scopes of a challenge are those that the request takes.'),
      'auth-scope-kept': should('client', 'Whoever asks again asks for what was granted before as well.'),
      'auth-scope-consistent': should('server', 'The scopes of challenges are put together in one way.'),
      'auth-scope-least': should('client', 'No scopes are asked for but those that are needed.'),
      'auth-scope-order': should(
        'client',
        'At first the scopes of the challenge are asked for, else all that are published, else none by name.',
      ),
    },
    'authorization-response-validation': {
      'auth-iss-recorded': must(
        'client',
        'With verifier and state of a visit goes the issuer of the metadata that were checked.',
      ),
      'auth-iss-sent': should('issuer', 'An issuer says its name in answers to the browser, also when it refuses.'),
      'auth-iss-advertised': must('issuer', 'Its metadata say that it does.'),
      'auth-iss-checked': must(
        'client',
        'Before a code goes anywhere, who answered is compared; a name that was promised must be there.',
      ),
      'auth-iss-simple': must('client', 'Names of issuers are compared character by character.'),
      'auth-iss-errors': must('client', 'An error of somebody else is neither acted on nor shown.'),
    },
    'resource-parameter-implementation': {
      'auth-resource-sent': must('client', 'Requests for codes and for tokens name the resource.'),
      'auth-resource-ours': must('client', 'The resource is the server that the token is for.'),
      'auth-resource-canonical': must('client', 'The resource is a canonical URI: absolute, and without a fragment.'),
    },
    'canonical-server-uri': {
      'auth-resource-specific': should('client', 'The resource is as specific as it can be.'),
      'auth-resource-case': should('both', 'Scheme and host of a resource are compared without case.'),
      'auth-resource-slash': should('both', 'An origin as resource is written without a slash at its end.'),
      'auth-resource-always': must('client', 'The resource is named whether or not the issuer knows what it is.'),
    },
    'token-requirements': {
      'auth-token-sent': must('client', 'Every request to the server has the token in its Authorization header.'),
      'auth-token-not-in-url': must('client', 'No token is part of a URL.'),
      'auth-token-header': must('server', 'A token counts in the Authorization header, and nowhere else.'),
    },
    'token-handling': {
      'auth-token-validated': must('server', 'A token is checked before anything is done for it.'),
      'auth-token-audience': must('server', 'A token is for this server, or it is refused.'),
      'auth-token-invalid': must('server', 'What is invalid or has expired gets 401.'),
      'auth-token-own': must('client', 'A server gets tokens of its own issuer, and no others.'),
      'auth-token-transit': must('server', 'No other token is accepted, and none is passed on.'),
    },
    'refresh-tokens': {
      'auth-refresh-secret': must('client', 'Refresh tokens are seen by nobody, sent or stored.'),
      'auth-refresh-grant-type': should('client', 'A registration says that refresh tokens are wanted.'),
      'auth-refresh-not-assumed': must('client', 'It goes without refresh tokens.'),
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
      'auth-scope-experience': should('server', 'Scopes are chosen so that people are not asked often.', AUTHOR),
    },
    'step-up-authorization-flow': {
      'auth-step-up': should('client', 'When a scope is missing, a token with more scopes is asked for.'),
      'auth-step-up-person': should('client', 'Who acts for a person asks that person.'),
      'auth-step-up-limit': should('client', 'That is not tried for ever.'),
      'auth-step-up-tracked': should('client', 'What failed for an operation is not tried again and again.'),
      'auth-hierarchy': must('server', 'Scopes that contain others count for them.'),
    },
  },
}

export const authorizationDiscovery: Page = {
  path: 'basic/authorization/authorization-server-discovery',
  sections: {
    'authorization-server-location': {
      'auth-servers': must('server', 'The description names at least one authorization server.'),
      'discovery-apart': must('client', 'What one issuer gave is kept apart from what another one gave.'),
      'discovery-not-shared': must('client', 'Nothing of one issuer is tried with another.'),
    },
    'protected-resource-metadata-discovery-requirements': {
      'auth-announced': must('server', 'Challenges or a well-known place lead to the description.'),
      'discovery-challenge-first': must('client', 'The description is where the challenge says.'),
      'discovery-well-known': must('client', 'Where it says nothing, it is at the path, or else at the root.'),
      'discovery-challenge': must('client', 'Challenges can be read, and a 401 leads to signing in.'),
    },
    'authorization-server-metadata-discovery': {
      'discovery-several': must('client', 'The metadata of an issuer are looked for at several places.'),
      'discovery-with-path': must('client', 'An issuer with a path has three, in their order.'),
      'discovery-without-path': must('client', 'An issuer without a path has two, in their order.'),
      'discovery-same-issuer': must('client', 'Metadata that name another issuer are not used.'),
    },
  },
}

export const clientRegistration: Page = {
  path: 'basic/authorization/client-registration',
  sections: {
    overview: {
      'registration-order': should(
        'client',
        'First a client that was registered by hand, then a document, then registration, then a person.',
      ),
    },
    'client-id-metadata-documents': {
      'registration-document-client': should('client', 'A client may be known by a document.'),
      'registration-document-issuer': should('issuer', 'An issuer knows clients by their documents.'),
    },
    'implementation-requirements': {
      'registration-document-hosted': must('client', 'The document lies at an https address.', DOCUMENT),
      'registration-document-url': must('client', 'The address of a document is https, with a path.'),
      'registration-document-members': must(
        'client',
        'It has at least an id, a name and addresses to come back to.',
        DOCUMENT,
      ),
      'registration-document-id': must('client', 'The id in it is its address.', DOCUMENT),
      'registration-document-fetched': should('issuer', 'For an id that is a URL, the document is fetched.'),
      'registration-document-matches': must('issuer', 'The id in it is the URL, character by character.'),
      'registration-document-cached': should('issuer', 'It is kept as long as its headers say.'),
      'registration-document-redirects': must('issuer', 'Nobody is sent anywhere that it does not name.'),
      'registration-document-valid': must('issuer', 'It is JSON and has all that is required.'),
      'registration-document-security': should('issuer', 'What the draft says of security is followed.'),
    },
    'advertising-cimd-support': {
      'registration-document-supported': should(
        'client',
        'Documents are used where the issuer says that it reads them.',
      ),
    },
    'pre-registration': {
      'registration-by-hand': should('client', 'A client that was registered by hand can be given.'),
    },
    'application-type-and-redirect-uri-constraints': {
      'registration-type': must('client', 'A registration says what kind of application it is for.'),
      'registration-native': should('client', 'Who comes back to this machine is native.'),
      'registration-web': should('client', 'Who comes back to a website is of the web.'),
      'registration-refusal': must('client', 'An issuer may refuse the address to come back to.'),
      'registration-refusal-told': should('client', 'Whoever is refused is told why.'),
    },
    'authorization-server-binding': {
      'registration-by-issuer': must('client', 'A registration belongs to the issuer that gave it, by its name.'),
      'registration-not-reused': must('client', 'It is shown to no other issuer.'),
      'registration-again': must('client', 'With another issuer the client registers again.'),
      'registration-mismatch': should('client', 'A client registered by hand elsewhere is an error.'),
    },
  },
}

export const authorizationSecurity: Page = {
  path: 'basic/authorization/security-considerations',
  sections: {
    'token-theft': {
      'security-storage': must('both', 'Nobody can use what is stored of tokens.'),
      'security-short': should('issuer', 'Access tokens are good for minutes.'),
      'security-rotation': must('issuer', 'A refresh token of a public client is good for one use.'),
    },
    'communication-security': {
      'security-tls': must('both', 'Codes and tokens are sent by TLS, except on one machine.'),
      'security-https': must('issuer', 'An issuer has https addresses.'),
      'security-redirect-https': must('both', 'A browser comes back to https, or to this machine.'),
    },
    'authorization-code-protection': {
      'security-pkce': must('client', 'Codes are protected by PKCE.'),
      'security-s256': must('client', 'The challenge is made by S256.'),
      'security-pkce-verified': must('client', 'An issuer whose metadata say nothing of PKCE is not used.'),
      'security-pkce-openid': must('client', 'That holds for metadata of OpenID as well.'),
      'security-pkce-advertised': must('issuer', 'Metadata say that PKCE is supported.'),
    },
    'open-redirection': {
      'security-redirect-registered': must('client', 'The issuer is told beforehand where browsers come back to.'),
      'security-redirect-exact': must('issuer', 'Addresses to come back to are compared exactly.'),
      'security-state': should('client', 'What comes back without the state of the visit is not used.'),
      'security-redirect-trusted': must('issuer', 'No browser is sent to an address that is not known.'),
      'security-redirect-asked': should(
        'issuer',
        'Nobody is sent on without being asked to an address that nobody vouches for.',
      ),
    },
    'authorization-server-abuse-protection': {
      'security-document-ssrf': should('issuer', 'Documents of clients are fetched from public addresses only.'),
    },
    'localhost-redirect-uri-risks': {
      'security-localhost-warning': should('issuer', 'An address on this machine comes with a warning.'),
      'security-redirect-shown': must('issuer', 'A person sees the host that the answer goes to.'),
    },
    'confused-deputy-problem': {
      'security-proxy-consent': must(
        'issuer',
        'A person agrees to each client before being sent on to another identity provider.',
      ),
    },
  },
}
