import type { Cost, Operation } from './costs.ts'

/** Dollars for a million of each, beyond what a plan includes. */
const PRICES = { requests: 0.3, objectRequests: 0.15, rowsWritten: 1, rowsRead: 0.001 } as const
/** Messages that are billed as one request. */
const MESSAGES_A_REQUEST = 20

/** What each operation is called in the documentation. */
const NAMES: Readonly<Record<Operation, string>> = {
  call: 'a call',
  'limited call': 'a call that a rate limit lets through',
  'refused call': 'a call that a rate limit refuses',
  'change told': 'a call that tells of a change',
  listener: 'a listener to lists and a resource, for any time',
  'answer that counts once': 'a call with an answer that counts once',
  task: 'a task, from its call to its end',
  'look at a task': 'a look at a task',
  'credentials read': 'a call that reads credentials',
  'credentials renewed': 'the same when they are renewed',
  session: 'a session of an earlier client, opened and ended',
  'call in a session': 'a call in a session',
  'sign-in': 'a sign-in, from the first page to the token',
  refresh: 'a refresh',
  registration: 'a program that registers itself',
}

/** Dollars for a million of an operation. */
const priceOf = ({ requests, objectRequests, messages, rowsWritten, rowsRead }: Cost): number =>
  requests * PRICES.requests +
  (objectRequests + messages / MESSAGES_A_REQUEST) * PRICES.objectRequests +
  rowsWritten * PRICES.rowsWritten +
  rowsRead * PRICES.rowsRead

/** The table of docs/scaling.md. */
export function costPage(costs: Readonly<Record<Operation, Cost>>): string {
  const rows = (Object.entries(NAMES) as [Operation, string][]).map(([operation, name]) => {
    const cost = costs[operation]
    const { requests, objectRequests, rowsWritten, rowsRead } = cost
    return `| ${[name, requests, objectRequests, rowsWritten, rowsRead, `$${priceOf(cost).toFixed(2)}`].join(' | ')} |`
  })
  return [
    '| operation | Worker requests | object requests | rows written | rows read | a million of them |',
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n')
}
