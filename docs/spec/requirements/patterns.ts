import { must, notOurs, type Page, should } from '../requirement.ts'

export const patterns: Page = {
  path: 'basic/patterns',
  sections: {
    overview: {
      'server-never-asks': must('server', 'A server sends no requests.'),
    },
  },
}

export const mrtr: Page = {
  path: 'basic/patterns/mrtr',
  sections: {
    'multi-round-trip-requests': {
      'mrtr-only-way': must('server', 'Whatever a server asks travels in a result.'),
    },
    inputrequiredresult: {
      'mrtr-state-opaque': must('client', 'The state is not looked at, changed or relied on.'),
    },
    'supported-requests': {
      'mrtr-methods': must('server', 'Only tools/call, resources/read and prompts/get may be answered with questions.'),
    },
    'server-requirements-basic-workflow': {
      'mrtr-keys': must('server', 'Each question has a key of its own within its request.'),
      'mrtr-kinds': must('server', 'A question is an elicitation, a sampling request or a request for roots.'),
      'mrtr-state-untrusted': must('server', 'State that comes back may come from an attacker.'),
      'mrtr-state-integrity': must('server', 'State is protected against change, and refused when it was changed.'),
      'mrtr-state-principal': should('server', 'State opens only for the principal that it was given to.'),
      'mrtr-state-expiry': should('server', 'State expires.'),
      'mrtr-state-request': should('server', 'State opens only for the request that it belongs to.'),
      'mrtr-single-use': must(
        'server',
        'Who needs state to be used once keeps track of it.',
        notOurs('`once` promises at least once, and says so; a tool that needs more keeps its own record.'),
      ),
      'mrtr-not-empty': must('server', 'A result that asks has questions or a state.'),
      'mrtr-declared': must('server', 'Nothing is asked that the client did not declare.'),
      'mrtr-no-return': must('server', 'A client may never come back with answers.'),
    },
    'client-requirements-basic-workflow': {
      'mrtr-client-answers': must('client', 'Questions are answered before the request is sent again.'),
      'mrtr-client-echo': must('client', 'The state goes back exactly as it came.'),
      'mrtr-client-no-state': must('client', 'Without a state in the reply there is none in the retry.'),
      'mrtr-client-id': must('client', 'The retry has an id of its own.'),
      'mrtr-client-isolation': must('client', 'Answers and state go with no other request.'),
    },
    'error-handling': {
      'mrtr-answers-checked': should('server', 'Answers are checked for their shape.'),
      'mrtr-answers-extra': should('server', 'Answers that nobody needs are ignored.'),
      'mrtr-answers-missing': should('server', 'Answers that are missing are asked for again.'),
    },
  },
}

export const subscriptions: Page = {
  path: 'basic/patterns/subscriptions',
  sections: {
    'opening-a-stream': {
      'listen-requested-only': must('server', 'Only the kinds of notification that were asked for are sent.'),
    },
    acknowledgment: {
      'listen-acknowledged-first': must('server', 'The acknowledgment comes before anything else on the subscription.'),
      'listen-subset': should('client', 'The client looks at what was agreed to, which may be less than it asked for.'),
    },
    'receiving-notifications': {
      'listen-correlated': must('client', 'Over stdio, notifications go to the subscription whose id they carry.'),
    },
    cancellation: {
      'listen-teardown': should('server', 'A server that ends a subscription answers the request.'),
    },
    'graceful-closure': {
      'listen-result': should('server', 'That answer is a complete result with the id of the subscription.'),
      'listen-again': must('client', 'After a reconnect over stdio a subscription is asked for anew.'),
    },
  },
}

export const progress: Page = {
  path: 'basic/patterns/progress',
  sections: {
    'progress-flow': {
      'progress-token-type': must('client', 'A token is a string or an integer.'),
      'progress-token-unique': must('client', 'No two active requests share a token.'),
      'progress-grows': must('server', 'Progress grows with each notification.'),
    },
    'behavior-requirements': {
      'progress-own-token': must('server', 'Progress is reported for the token of a request in progress only.'),
    },
    'implementation-notes': {
      'progress-tracked': should('both', 'Active tokens are known; progress for others is ignored.'),
      'progress-flood': should('both', 'A flood of progress is held back.'),
      'progress-ends': must('server', 'No progress is reported after the answer.'),
    },
  },
}

export const cancellation: Page = {
  path: 'basic/patterns/cancellation',
  sections: {
    overview: {
      'cancel-subscription': must(
        'server',
        'A server that ends a subscription over stdio sends a cancellation for it.',
      ),
      'cancel-nothing-else': must('server', 'It cancels nothing else.'),
    },
    'transport-specific-cancellation': {
      'cancel-http': must('server', 'Over HTTP, a caller that disconnects has cancelled its request.'),
      'cancel-stdio': must('client', 'Over stdio, a cancellation names the request.'),
    },
    timeouts: {
      'timeout-request': should('client', 'Every request has a time limit, after which it is cancelled.'),
      'timeout-per-request': should('client', 'The limit can be set for each request.'),
      'timeout-hard': should('client', 'Progress may extend the limit, but never beyond a hard one.'),
    },
    'behavior-requirements': {
      'cancel-own': must('client', 'Only a request of this client that is still open is cancelled.'),
      'cancel-stops': should('server', 'Work on a cancelled request stops, and it gets no answer.'),
      'cancel-late-answer': should('client', 'An answer that comes after the cancellation is ignored.'),
    },
    'timing-considerations': {
      'cancel-race': must('both', 'A cancellation that crosses the answer does no harm.'),
    },
    'implementation-notes': {
      'cancel-logged': should('server', 'The reason is logged.'),
    },
    'error-handling': {
      'cancel-invalid': should('server', 'A cancellation of nothing, or one that is malformed, is ignored.'),
    },
  },
}
