import { later, must, notOurs, type Page, should } from '../requirement.ts'

const AUTHOR = notOurs('What a server offers, and in which words, is its author’s.')
const HOST = later('Comes with the host, which shows tools to people.')
const LOGS = later('Calls are limited, messages within one are not; they go to clients that ask for them.')
const NO_POLL = notOurs('Nothing here polls.')

export const discover: Page = {
  path: 'server/discover',
  sections: {
    overview: { discover: must('server', 'server/discover is answered.') },
    discoverresult: {
      'discover-server-info': should('server', 'The answer says who the server is.'),
    },
  },
}

export const tools: Page = {
  path: 'server/tools',
  sections: {
    'user-interaction-model': {
      'tools-human': should('client', 'A person can see tools and deny their use.', HOST),
    },
    capabilities: {
      'tools-capability': must('server', 'A server with tools declares them.'),
      'tools-list': must('server', 'A server that declares tools lists those that the caller has.'),
      'tools-list-stable': must('server', 'The list depends neither on the connection nor on other requests.'),
      'tools-order': should('server', 'The order stays the same.'),
    },
    'list-changed-notification': {
      'tools-list-changed': should('server', 'Subscribers are told when the list changes.'),
    },
    tool: {
      'tool-input-schema': must('server', 'An inputSchema is a valid JSON Schema of an object.'),
      'tool-annotations-untrusted': must(
        'client',
        'Annotations of a server that is not trusted are not believed.',
        HOST,
      ),
    },
    'tool-names': {
      'tool-name-length': should('server', 'A name has 1 to 128 characters.'),
      'tool-name-case': should('server', 'Names that differ in case are different.'),
      'tool-name-characters': should('server', 'A name has letters, digits, “_”, “-” and “.” only.'),
      'tool-name-unique': should('server', 'A name is unique within its server.'),
      'tool-name-collision': should('client', 'Whoever joins servers tells equal names apart.', HOST),
    },
    'x-mcp-header': {
      'tool-header-secrets': should('server', 'Secrets are not mirrored into headers.', AUTHOR),
    },
    'embedded-resources': {
      'tool-embedded': should('server', 'A server that embeds resources has resources.', AUTHOR),
    },
    'structured-content': {
      'structured-any-json': should('server', 'Structured content may be any JSON value.'),
      'structured-text': should('server', 'It comes as text too.'),
    },
    'output-schema': {
      'output-conforms': must('server', 'With an output schema, there is structured content and it conforms.'),
      'output-checked': should('client', 'Structured content is checked against the schema.'),
    },
    'error-handling': {
      'tool-unknown': should('server', 'An unknown tool is −32602, not a result.'),
      'tool-malformed': should('server', 'So is a call that has not the shape of one.'),
      'tool-failure': should('server', 'What the model can mend is a result with isError.'),
      'tool-failure-shown': should('client', 'The model gets to see such a result.'),
    },
    'security-considerations': {
      'tools-input-checked': must('server', 'Arguments are checked before a tool runs.'),
      'tools-access': must('server', 'A tool runs for those only who may use it.'),
      'tools-rate': must('server', 'Calls are limited in rate.'),
      'tools-output': must('server', 'Nothing leaves by accident: unexpected errors are referred to, not shown.'),
      'tools-confirmation': should('client', 'People confirm what is sensitive, and see the arguments.', HOST),
      'tools-client-checks': should('client', 'Results are checked before a model reads them.', HOST),
      'tools-timeout': should('client', 'Calls have a time limit.'),
      'tools-audit': should('client', 'The use of tools is recorded.', HOST),
    },
  },
}

export const resources: Page = {
  path: 'server/resources',
  sections: {
    capabilities: {
      'resources-capability': must('server', 'A server with resources declares them.'),
      'resources-list': must('server', 'A server that declares resources lists those that the caller has.'),
      'resources-list-stable': must('server', 'The list depends neither on the connection nor on other requests.'),
    },
    'list-changed-notification': {
      'resources-list-changed': should('server', 'Subscribers are told when the list changes.'),
    },
    'https://': {
      'resources-https': should('server', 'https URIs are for what clients can fetch themselves.', AUTHOR),
    },
    'custom-uri-schemes': {
      'resource-uri-syntax': must('server', 'A URI follows RFC 3986.'),
    },
    'error-handling': {
      'resource-not-found': must('server', 'A resource that does not exist is −32602.'),
      'resource-not-empty': must('server', 'It is never an empty list of contents.'),
      'resource-internal': should('server', 'What goes wrong inside is −32603.'),
      'resource-old-code': should('client', '−32002 is taken for a resource that does not exist, too.'),
    },
    'security-considerations': {
      'resource-uri-checked': must('server', 'URIs are checked before they are used.'),
      'resource-access': should('server', 'Reading needs the permission to.'),
      'resource-binary': must('server', 'Bytes are encoded as Base64.'),
      'resource-traversal': must('server', 'Paths that climb out of their folder are refused.'),
    },
  },
}

export const prompts: Page = {
  path: 'server/prompts',
  sections: {
    capabilities: {
      'prompts-capability': must('server', 'A server with prompts declares them.'),
      'prompts-list': must('server', 'A server that declares prompts lists those that the caller has.'),
      'prompts-list-stable': must('server', 'The list depends neither on the connection nor on other requests.'),
    },
    'list-changed-notification': {
      'prompts-list-changed': should('server', 'Subscribers are told when the list changes.'),
    },
    'image-content': { 'prompt-image': must('server', 'Images are Base64 and say their type.') },
    'audio-content': { 'prompt-audio': must('server', 'Sounds are Base64 and say their type.') },
    'embedded-resources': {
      'prompt-embedded': must('server', 'An embedded resource has a URI, a type, and text or Base64.'),
    },
    'error-handling': {
      'prompt-unknown': should('server', 'An unknown prompt is −32602.'),
      'prompt-arguments-missing': should('server', 'So are missing arguments.'),
      'prompt-internal': should('server', 'What goes wrong inside is −32603.'),
    },
    'implementation-considerations': {
      'prompt-arguments-checked': should('server', 'Arguments are checked before a prompt is rendered.'),
      'prompt-pages': should('client', 'Long lists are read page by page.'),
      'prompt-capabilities': should('both', 'What was not declared is not used.'),
    },
    security: {
      'prompt-input-checked': must('server', 'Inputs are checked, and only those who may use a prompt get it.'),
    },
  },
}

export const caching: Page = {
  path: 'server/utilities/caching',
  sections: {
    'cacheable-results': {
      'cache-hints': must('server', 'Discovery, lists and reads say how long and for whom they may be kept.'),
      'cache-no-hints-on-questions': should('server', 'A result that asks says nothing of the kind.'),
    },
    'cache-key': {
      'cache-key': must('client', 'A kept result answers the same request only.'),
      'cache-no-retries': must('client', 'The result of a retry with answers is not kept.'),
    },
    'time-to-live-ttl-field': {
      'cache-ttl': must('server', 'ttlMs is an integer, 0 or more.'),
      'cache-fresh': should('client', 'A result is fresh for its ttlMs, and stale at once without one.'),
    },
    'freshness-calculation': {
      'cache-poll': must('client', 'Whoever polls does so with jitter and backoff.', NO_POLL),
    },
    'cache-scope-field': {
      'cache-private': must('client', 'What is private is kept apart for each authorization.'),
    },
    'interaction-with-pagination': {
      'cache-page-expired': should('client', 'An expired page is read again by its cursor.'),
      'cache-one-scope': must('server', 'All pages of a list have the same scope.'),
    },
    'security-considerations': {
      'cache-access': must('server', 'A public scope replaces no access control.'),
    },
  },
}

export const completion: Page = {
  path: 'server/utilities/completion',
  sections: {
    capabilities: { 'completions-capability': must('server', 'A server that completes declares it.') },
    'completion-results': { 'completion-limit': must('server', 'An answer has 100 values at most.') },
    'error-handling': {
      'completion-no-capability': should('server', 'Without the capability it is −32601.'),
      'completion-unknown': should('server', 'An unknown prompt or template is −32602.'),
      'completion-internal': should('server', 'What goes wrong inside is −32603.'),
    },
    'implementation-considerations': {
      'completion-rate': should('server', 'Requests are limited in rate.'),
      'completion-partial': should('client', 'Missing and partial answers are coped with.'),
    },
    security: {
      'completion-input-checked': must('server', 'Inputs are checked.'),
      'completion-rate-limit': must('server', 'Requests are limited in rate.'),
      'completion-access': must('server', 'Values are for those only who may use what is completed.'),
      'completion-disclosure': must(
        'server',
        'Nothing leaks by completion: what the caller may not use suggests nothing.',
      ),
    },
  },
}

export const logging: Page = {
  path: 'server/utilities/logging',
  sections: {
    capabilities: { 'logging-capability': must('server', 'A server that sends log messages declares it.') },
    'per-request-log-level': {
      'logging-asked': must('server', 'Without a level in the request no log messages are sent.'),
      'logging-own-stream': must('server', 'Log messages go with the request that asked for them, nowhere else.'),
    },
    'error-handling': { 'logging-level-unknown': should('server', 'An unknown level is −32602.') },
    'implementation-considerations': {
      'logging-rate': should('server', 'Messages are limited in rate.', LOGS),
    },
    security: {
      'logging-secrets': must('server', 'Messages hold no secrets.', AUTHOR),
      'logging-internals': must('server', 'What this library logs of itself is for the operator and is never sent.'),
    },
  },
}

export const pagination: Page = {
  path: 'server/utilities/pagination',
  sections: {
    'pagination-model': {
      'page-size': must('client', 'No page size is assumed.'),
    },
    'implementation-guidelines': {
      'cursor-stable': should('server', 'Cursors are stable.'),
      'cursor-end': should('client', 'Without nextCursor the list has ended.'),
      'cursor-paging-optional': should('client', 'Lists with pages and without are read alike.'),
      'cursor-opaque': must('client', 'A cursor goes back as it came; an empty one is one.'),
    },
    'error-handling': { 'cursor-invalid': should('server', 'An invalid cursor is −32602.') },
  },
}
