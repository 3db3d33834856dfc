import { must, notOurs, type Page, should } from '../requirement.ts'

const OPERATOR = notOurs('Networks and proxies are in the hands of who runs the client.')
const NO_INSTALLER = notOurs('Nothing here installs or configures servers; commands are typed by who runs them.')
const NO_SANDBOX = notOurs('Child processes are started as they were asked for; a host puts them into a sandbox.')
const NO_WEB_PAGE = notOurs('No client here is a page of the web, and none passes the stdio of another on.')
const TRANSPORT = notOurs('The author of a server chooses its transport: stdio, or HTTP with tokens.')

/** What is said there with a MUST or a SHOULD and is no rule of another page. */
export const bestPractices: Page = {
  path: '/docs/2026-07-28/tutorials/security/security_best_practices',
  sections: {
    'required-protections': {
      'proxy-registry': must(
        'issuer',
        'What a person allowed is kept by person and client, where others cannot write.',
      ),
      'proxy-registry-first': must('issuer', 'That is looked at before anybody is sent on to an identity provider.'),
      'proxy-page-client': must('issuer', 'The consent page says which client asks.'),
      'proxy-page-scopes': must('issuer', 'It says for which scopes.'),
      'proxy-page-redirect': must('issuer', 'It says where the answer goes.'),
      'proxy-page-forgery': must('issuer', 'Other sites cannot answer it.'),
      'proxy-page-frames': must('issuer', 'Other sites cannot frame it.'),
      'proxy-cookie-prefix': must('issuer', 'Cookies begin with __Host-.'),
      'proxy-cookie-attributes': must('issuer', 'Cookies are Secure, HttpOnly and SameSite=Lax.'),
      'proxy-cookie-sealed': must('issuer', 'Nobody else can make a cookie that counts.'),
      'proxy-cookie-client': must('issuer', 'A cookie counts for the request of one client.'),
      'proxy-state-random': must('issuer', 'Each visit to the identity provider has a random state.'),
      'proxy-state-after-consent': must('issuer', 'There is no state before the person agreed.'),
      'proxy-state-checked': must('issuer', 'An answer with no state, or another than the browser has, is refused.'),
      'proxy-state-once': must('issuer', 'A state is good once, and for ten minutes.'),
    },
    'server-side-request-forgery-ssrf': {
      'ssrf-considered': must('client', 'Where a server can send a client is limited.'),
      'ssrf-https': should('client', 'Addresses are https, except on this machine.'),
      'ssrf-private': should('client', 'Private and reserved addresses are not connected to.'),
      'ssrf-redirects': should('client', 'Redirects lead nowhere else.'),
      'ssrf-egress': should('client', 'Requests go through a proxy that judges.', OPERATOR),
    },
    'state-handle-hijacking': {
      'handle-verified': must('server', 'A protected server checks every request.'),
      'handle-no-proof': must('server', 'To know a handle proves nothing.'),
      'handle-random': should('server', 'Handles cannot be guessed.'),
      'handle-owner': should('server', 'A handle is good for the person that it was made for.'),
    },
    'local-mcp-server-compromise': {
      'local-consent': must('client', 'Who installs servers with a click shows the command and asks.', NO_INSTALLER),
      'local-guards': should('client', 'Commands are looked at and run in a sandbox.', NO_SANDBOX),
      'local-transport': should('server', 'A local server can be used by its client only.', TRANSPORT),
    },
    'oauth-authorization-url-validation': {
      'page-scheme': must('client', 'Pages are https, or http on this machine.'),
      'page-dangerous': must('client', 'No script, data or file is opened as a page.'),
      'page-allowed': should('client', 'Schemes that are not allowed are refused, whatever they are.'),
      'page-no-shell': must('client', 'No shell opens a page.'),
      'page-opener': should('client', 'The program of the platform for that opens it.'),
      'page-policy': should('client', 'Clients in web pages have a content security policy.', NO_WEB_PAGE),
      'page-sanitized': must('client', 'URLs of servers are parsed strictly, without characters that shells read.'),
    },
    'stdio-transport-security-in-proxy-scenarios': {
      'proxy-stdio': should('client', 'Who passes stdio on is limited, logged and asked.', NO_WEB_PAGE),
    },
  },
}
