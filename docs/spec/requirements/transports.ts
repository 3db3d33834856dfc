import { must, notOurs, type Page, should } from '../requirement.ts'

export const transports: Page = {
  path: 'basic/transports',
  sections: {
    messages: {
      utf8: must('transport', 'Messages are UTF-8; other bytes are refused.'),
      'transport-delivers': must(
        'transport',
        'Requests and notifications reach the server, answers and notifications the client.',
      ),
    },
    'custom-transports': {
      'custom-transport': must('transport', 'Another transport keeps messages, patterns and the envelope as they are.'),
      'custom-framing': should('transport', 'Another byte stream uses the framing of stdio.'),
    },
  },
}

export const stdio: Page = {
  path: 'basic/transports/stdio',
  sections: {
    overview: {
      'stdio-one-line': must('transport', 'A message is one line.'),
      'stdio-stderr': should('client', 'Output on stderr is not taken for an error.'),
      'stdio-stdout-clean': must('server', 'Nothing but messages goes to stdout.'),
      'stdio-stdin-clean': must('client', 'Nothing but messages goes to the stdin of the server.'),
    },
    'sending-messages': {
      'stdio-no-answers': must('client', 'A client writes no responses.'),
    },
    'receiving-messages': {
      'stdio-no-requests': must('server', 'A server writes no requests.'),
    },
    cancellation: {
      'stdio-cancel-silence': must('server', 'Nothing more is written for a cancelled request.'),
      'stdio-cancel-stop': should('server', 'Its work stops soon.'),
    },
    shutdown: {
      'stdio-shutdown': should('client', 'The client closes stdin, waits, and only then ends the process by force.'),
      'stdio-exit': should('server', 'The end of stdin ends the server.'),
    },
    'unexpected-termination': {
      'stdio-restart': should('client', 'A server that ended unexpectedly is started again.'),
    },
    'backward-compatibility': {
      'stdio-probe': should('client', 'A client that speaks earlier revisions too asks server/discover first.'),
      'stdio-probe-fallback': must('client', 'Falling back does not depend on one error code.'),
    },
  },
}

const INTERMEDIARY = notOurs('Rules for intermediaries between client and server; Hawser is an end.')

export const http: Page = {
  path: 'basic/transports/streamable-http',
  sections: {
    overview: {
      'http-endpoint': must('server', 'One path takes POST.'),
    },
    'security-&-endpoint': {
      'http-origin': must('server', 'The Origin of every request is checked; a wrong one gets 403.'),
      'http-loopback': should('server', 'A server on somebody’s machine binds to loopback only.'),
      'http-authentication': should('server', 'Callers are authenticated.'),
    },
    'sending-messages': {
      'http-post': must('client', 'Each message is a POST of its own.'),
      'http-accept': must('client', 'Accept lists JSON and event streams.'),
      'http-metadata': must('client', 'Each POST has the headers that repeat the message.'),
      'http-single-message': must('client', 'The body is one request or one notification, never a response.'),
      'http-notification': must('server', 'A notification that is taken gets 202 and no body.'),
      'http-notification-refused': must('server', 'One that is not taken gets an error status.'),
      'http-answer-type': must('server', 'A request is answered with JSON or with an event stream.'),
      'http-answer-both': must('client', 'The client reads both.'),
    },
    'receiving-messages': {
      'http-stream-related': must('server', 'Notifications on a stream belong to its request.'),
      'http-stream-no-requests': must('server', 'No requests are sent on a stream.'),
      'http-stream-ends': should('server', 'The answer ends the stream.'),
      'http-no-buffering': should('server', 'Proxies are told not to buffer a stream.'),
      'http-comments': must('client', 'Comments in a stream are ignored.'),
    },
    cancellation: {
      'http-close-cancels': must('server', 'A closed stream is a cancelled request, for which nothing more is sent.'),
      'http-close-stops': should('server', 'Its work stops soon.'),
    },
    'protocol-version-header': {
      'http-version-header': must('client', 'Every POST names the revision in a header.'),
      'http-version-mismatch': must('server', 'A header that differs from the body gets 400 and −32020.'),
      'http-version-unsupported': must('server', 'Another revision gets 400 and −32022.'),
      'http-unknown-method': must('server', 'An unknown method gets 404 and −32601.'),
      'http-version-missing': must('server', 'A request without the header is refused.'),
    },
    'standard-request-headers': {
      'http-method-header': must('client', 'Mcp-Method repeats the method.'),
      'http-name-header': must('client', 'Mcp-Name repeats the name or the URI, where there is one.'),
    },
    'schema-extension': {
      'param-name-token': must('server', 'A header name of an argument is a token: not empty, no control characters.'),
      'param-name-unique': must('server', 'It is unique within the schema, whatever the case.'),
      'param-primitive': must('server', 'The argument is a string, an integer or a boolean.'),
      'param-safe-integer': must('server', 'A mirrored integer beyond 53 bits is refused.'),
      'param-reachable': must('server', 'The argument is reached through properties alone.'),
      'param-tool-left-out': must('client', 'A tool whose annotations break a rule is left out of the list.'),
      'param-tool-logged': should('client', 'Leaving it out is logged with its name and the reason.'),
    },
    'custom-headers-from-tool-parameters': {
      'param-mirrored': must('client', 'Arguments that a tool wants mirrored are sent as headers.'),
    },
    'value-encoding': {
      'header-base64': must('client', 'What a header cannot carry as it is goes as Base64 between markers.'),
      'header-markers': must('both', 'The markers are exactly =?base64? and ?=.'),
      'header-lookalike': must('client', 'A value that looks encoded is encoded.'),
      'header-decoded': must('server', 'Encoded values are decoded before they are compared.'),
    },
    'client-behavior': {
      'param-omitted': must('client', 'An argument that is absent or null has no header.'),
      'param-relearn': should('client', 'After −32020 the list is read again and the call sent once more.'),
    },
    'server-behavior-for-custom-headers': {
      'param-forwarded': must('transport', 'Headers that an intermediary does not know are forwarded.', INTERMEDIARY),
      'param-invalid': must('server', 'A known header with characters that it may not have is refused.'),
      'param-validated': must('server', 'A header that differs from its argument gets 400 and −32020.'),
      'param-missing': must('server', 'So does a missing one.'),
      'param-unexpected': must('server', 'No header is expected for an argument that is absent or null.'),
    },
    'case-sensitivity': {
      'header-case': must('both', 'Header names are compared without case, values with it.'),
    },
    'server-validation': {
      'header-mismatch': must('server', 'Headers that differ from the body get 400 and −32020.'),
      'header-integer': should('server', 'Integers are compared as numbers.'),
      'header-intermediary': should('transport', 'Intermediaries trust headers of this revision only.', INTERMEDIARY),
    },
    'backward-compatibility': {
      'http-probe': should('client', 'A 400 is read before falling back to an earlier revision.'),
    },
    'earlier-streamable-http-revisions': {
      'http-get-delete': should('server', 'GET and DELETE get 405.'),
      'http-session-ignored': should('server', 'A session id is ignored, and none is given out.'),
      'http-resume-ignored': should('server', 'Last-Event-ID is ignored.'),
    },
  },
}

export const changelog: Page = {
  path: 'changelog',
  sections: {
    'major-changes': {
      'http-stream-lost': must('client', 'A request whose stream broke off is sent again, if at all, as a new one.'),
    },
  },
}
