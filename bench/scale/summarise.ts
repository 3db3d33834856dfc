import { median, quantile } from '../measure/numbers.ts'
import type { Account } from './account.ts'
import type { Journal } from './journal.ts'
import type { Kind } from './plan.ts'

/** What the objects of one kind did together. */
export interface ObjectSummary {
  readonly kind: string
  /** How many were used, of how many there are; of sessions there are as many as are opened. */
  readonly used: number
  readonly there: number | undefined
  readonly requests: number
  /** What the busiest one was asked, over what one is asked on average. */
  readonly hottest: number
  readonly messages: number
  readonly alarms: number
  readonly starts: number
  readonly rowsWrittenEach: number
  readonly rowsReadEach: number
  readonly bytes: number
  /** Milliseconds of an answer on average, in the object. */
  readonly busyEach: number
}

export interface OperationSummary {
  readonly kind: Kind
  readonly count: number
  /** Those that were refused or had no answer, which is right only where trouble was made. */
  readonly failed: number
  /** Milliseconds, from outside. */
  readonly p50: number
  readonly p99: number
}

export interface Summary {
  readonly objects: readonly ObjectSummary[]
  readonly operations: readonly OperationSummary[]
}

/** Kinds of objects by their names, and how many of each there are. */
const KINDS: readonly (readonly [kind: string, name: RegExp, there: number | undefined])[] = [
  ['changes of lists', /^changes:\/lists$/, 1],
  ['changes of resources', /^changes:\/\d/, 8],
  ['changes for one person', /^changes:\/person/, 32],
  ['limits', /^limits:/, 64],
  ['nonces', /^nonces:/, 16],
  ['tasks', /^tasks:/, 64],
  ['vault', /^vault:/, 16],
  ['sessions', /^session:/, undefined],
  ['oauth grants', /^oauth grants/, 16],
  ['oauth sign-ins', /^oauth sign-ins/, 16],
  ['oauth counts', /^oauth counts/, 16],
  ['oauth clients', /^oauth clients/, 16],
  ['oauth keys', /^oauth keys/, 1],
]

export function summarise(accounts: ReadonlyMap<string, Account>, { entries }: Journal): Summary {
  const objects = KINDS.flatMap(([kind, name, there]) => {
    const own = [...accounts].filter(([each]) => name.test(each)).map(([, account]) => account)
    return own.length === 0 ? [] : [summariseObjects(kind, own, there)]
  })
  const operations = [...Map.groupBy(entries, ({ kind }) => kind)].map(([kind, own]): OperationSummary => {
    const times = own.map(({ from, to }) => to - from)
    const failed = own.filter(({ status }) => status !== 200 && status !== 202).length
    return { kind, count: own.length, failed, p50: median(times), p99: quantile(times, 0.99) }
  })
  return { objects, operations: operations.toSorted((one, other) => other.count - one.count) }
}

function summariseObjects(kind: string, own: readonly Account[], there: number | undefined): ObjectSummary {
  const sum = (field: keyof Account): number => own.reduce((total, account) => total + account[field], 0)
  const requests = sum('requests')
  const most = Math.max(...own.map((account) => account.requests))
  return {
    kind,
    used: own.length,
    there,
    requests,
    hottest: most / (requests / (there ?? own.length)),
    messages: sum('messages'),
    alarms: sum('alarms'),
    starts: sum('starts'),
    rowsWrittenEach: sum('rowsWritten') / requests,
    rowsReadEach: sum('rowsRead') / requests,
    bytes: sum('bytes'),
    busyEach: sum('busy') / requests,
  }
}
