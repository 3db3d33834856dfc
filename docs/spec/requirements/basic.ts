import { must, notOurs, type Page, should } from '../requirement.ts'

const NO_ICONS = notOurs('Nothing here fetches or draws icons; they are handed on as they came.')

export const basic: Page = {
  path: 'basic',
  sections: {
    messages: { 'json-rpc': must('both', 'Every message is a JSON-RPC 2.0 message.') },
    requests: {
      'request-id': must('client', 'A request has an id, which is a string or an integer and never null.'),
      'request-id-refused': must('server', 'A request whose id is neither a string nor an integer is refused.'),
      'request-id-unique': must('client', 'No two requests that wait for an answer share an id.'),
    },
    'result-responses': {
      'result-id': must('server', 'A result carries the id of its request.'),
      'result-object': must('server', 'A successful answer has a result, which is an object.'),
      'result-type': must('server', 'Every result says its resultType.'),
    },
    resulttype: {
      'result-type-known': must('client', 'Result types are those of the core and of extensions that were declared.'),
      'result-type-unknown': must('client', 'A result of a type that the client does not know is invalid.'),
      'result-type-absent': must('client', 'A result without a type is complete.'),
    },
    'error-responses': {
      'error-id': must('server', 'An error carries the id of its request, unless that could not be read.'),
      'error-shape': must('server', 'An error has a code, which is an integer, and a message.'),
    },
    'error-codes': {
      'error-code-old-range': must(
        'both',
        'Codes from −32000 to −32019 are not given out, and mean nothing on receipt.',
      ),
      'error-code-reserved': must(
        'both',
        'Of −32020 to −32099 only the defined codes leave, each with its own meaning.',
      ),
      'error-code-retired': must('both', 'The codes −32002 and −32042 of earlier revisions never leave.'),
      'error-code-own': should('both', 'Codes of our own lie outside the range that JSON-RPC reserves.'),
      'error-local': should('both', 'An error made on this side cannot be taken for one that the peer sent.'),
    },
    notifications: {
      'notification-unanswered': must('both', 'A notification gets no answer.'),
      'notification-no-id': must('both', 'A notification has no id.'),
    },
    statelessness: {
      'stateless-requests': must('server', 'A request is judged by what it says itself, whatever came before it.'),
      'stateless-handles': must('both', 'State that spans requests is named by something that the client sends along.'),
      'stateless-interleaving': should('server', 'Requests of several conversations may come interleaved.'),
      'stateless-affinity': should('server', 'A later step may reach another process of the same deployment.'),
      'stateless-process': should(
        'client',
        'A child process does not live and die with one conversation.',
        notOurs('A link lives as long as its owner keeps it; what a conversation is, hosts know.'),
      ),
    },
    auth: {
      'auth-http': should('both', 'HTTP follows the pages on authorization.'),
      'auth-stdio': should('both', 'stdio does not; its credentials come from the environment.'),
    },
    'schema-dialect': {
      'schema-default-dialect': must('both', 'A schema without $schema is JSON Schema 2020-12, which is supported.'),
    },
    'implementation-requirements': {
      'schema-own-dialect': must('both', 'A schema is applied by the rules of the dialect that it declares.'),
      'schema-unknown-dialect': must('both', 'A dialect that is not supported is refused in words that say so.'),
      'schema-dialects-documented': should('both', 'The documentation names the supported dialects.'),
    },
    'schema-validation': { 'schema-valid': must('both', 'A schema is valid by its dialect.') },
    'ref-resolution': {
      'ref-no-fetch': must('both', 'Nothing on the network is fetched for the sake of a $ref.'),
      'ref-opt-in': must(
        'both',
        'Fetching is off unless somebody asks for it.',
        notOurs('There is no way to ask for it.'),
      ),
      'ref-unresolved': should('both', 'A schema with a $ref that leads nowhere is refused.'),
    },
    'composition-keyword-resource-use': {
      'schema-bounds': should('both', 'Depth, size and work of a schema are bounded.'),
    },
    meta: {
      'meta-keys': must('both', 'Keys of _meta that are defined here have the prescribed form.'),
      'meta-reserved': must('both', 'Nothing is assumed of the values under reserved keys.'),
      'meta-envelope': must('client', 'Every request says its revision and its capabilities.'),
      'meta-envelope-missing': must('server', 'A request that does not is refused with −32602, over HTTP with 400.'),
      'meta-client-info': should('client', 'Every request says who asks.'),
      'capability-missing': must(
        'server',
        'What needs a capability that was not declared fails with −32021, which names it; over HTTP with 400.',
      ),
      'meta-server-info': should('server', 'Every result says who answers.'),
      'meta-info-unused': should('both', 'What peers say of themselves decides nothing.'),
      'subscription-id': must('server', 'Whatever comes on a subscription carries its id.'),
      'trace-context': must('both', 'Trace context has the formats of W3C.'),
    },
    icons: {
      'icon-types': must('client', 'Who draws icons draws at least PNG and JPEG.', NO_ICONS),
      'icon-more-types': should('client', 'SVG and WebP as well.', NO_ICONS),
      'icon-safety': must('client', 'Icons are untrusted: only https and data, no redirects elsewhere.', NO_ICONS),
    },
  },
}
