import type { Operation } from './costs.ts'
import { type Cost, priceOf } from './prices.ts'

/** What each operation is called in the documentation. */
const NAMES: Readonly<Record<Operation, string>> = {
  call: 'a call',
  'limited call': 'a call that a rate limit lets through',
  'refused call': 'a call that a rate limit refuses',
  'change told': 'a call that tells of a change',
  listener: 'a listener to lists and a resource, as it begins',
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

/** The table of docs/scaling.md. */
export function costPage(costs: Readonly<Record<Operation, Cost>>): string {
  const rows = (Object.entries(NAMES) as [Operation, string][]).map(([operation, name]) => {
    const cost = costs[operation]
    const { requests, objectRequests, rowsWritten } = cost
    return `| ${[name, requests, objectRequests, rowsWritten, `$${priceOf(cost).toFixed(2)}`].join(' | ')} |`
  })
  return [
    '| operation | Worker requests | object requests | rows written | a million of them |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n')
}
