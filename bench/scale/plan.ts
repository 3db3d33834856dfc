import type { Trouble } from './account.ts'
import { WORKERS, type WorkerName } from './start-desk.ts'

/** What is simulated. */
export interface Options {
  readonly tenants: number
  readonly users: number
  /** Operations altogether. */
  readonly calls: number
  readonly listeners: number
  /** Minutes of the clock over which they are spread. */
  readonly minutes: number
  readonly seed: number
}

export type Kind = 'hello' | 'counted' | 'tell' | 'confirm' | 'work' | 'account' | 'session' | 'sign-in'

export interface Operation {
  /** Milliseconds from the beginning. */
  readonly at: number
  readonly kind: Kind
  readonly person: string
  readonly workers: readonly [WorkerName, WorkerName]
  /** Whether it is done twice at once, by both Workers, where it must count once. */
  readonly isDoubled: boolean
  /** 0 to 1, for what differs within a kind. */
  readonly chance: number
}

export type Fault =
  | { readonly at: number; readonly what: 'evict'; readonly chance: number }
  | {
      readonly at: number
      readonly what: 'trouble'
      readonly of: string
      readonly until: number
      readonly trouble: Trouble
    }
  | { readonly at: number; readonly what: 'restart' }

export interface Plan {
  readonly operations: readonly Operation[]
  readonly faults: readonly Fault[]
  /** Who listens, and at which Worker. */
  readonly listeners: readonly { readonly person: string; readonly worker: WorkerName }[]
}

/** How often each kind is done, of a hundred. */
const MIX: Readonly<Record<Kind, number>> = {
  hello: 26,
  counted: 26,
  tell: 14,
  confirm: 9,
  work: 8,
  account: 7,
  session: 4,
  'sign-in': 6,
}

/** Kinds of objects, by what their names begin with. */
const OBJECTS = ['changes:', 'limits:', 'nonces:', 'tasks:', 'vault:', 'session:', 'oauth grants', 'oauth sign-ins']

/** Numbers from 0 to 1, the same for the same seed. (mulberry32) */
function createChance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Decides everything that is left to chance. Of the tenants, the second is half as busy as the first, the third a third. (Zipf) */
export function makePlan({ tenants, users, calls, listeners, minutes, seed }: Options): Plan {
  const chance = createChance(seed)
  const duration = minutes * 60_000
  const weights = Array.from({ length: tenants }, (_, at) => 1 / (at + 1))
  const pickTenant = createPick(weights, chance)
  const pickKind = createPick(Object.values(MIX), chance)
  const kinds = Object.keys(MIX) as Kind[]
  const pickPerson = (): string => `t${pickTenant()}/u${Math.floor(chance() * users)}`
  const pickWorker = (): WorkerName => WORKERS[chance() < 0.5 ? 0 : 1]

  const operations = Array.from({ length: calls }, (_, at): Operation => {
    const worker = pickWorker()
    const other = WORKERS.find((name) => name !== worker) ?? worker
    return {
      at: (at / calls) * duration,
      kind: kinds[pickKind()] ?? 'hello',
      person: pickPerson(),
      workers: [worker, other],
      isDoubled: chance() < 0.25,
      chance: chance(),
    }
  })
  return {
    operations,
    faults: makeFaults(duration, chance),
    listeners: Array.from({ length: listeners }, () => ({ person: pickPerson(), worker: pickWorker() })),
  }
}

/** Nothing in the first fifth and in the last: all must go well then. Between, each kind of object meets each trouble. */
function makeFaults(duration: number, chance: () => number): readonly Fault[] {
  const [from, to] = [duration * 0.2, duration * 0.8]
  const within = (part: number): number => from + part * (to - from)
  const evictions = Array.from({ length: 40 }, (): Fault => ({ at: within(chance()), what: 'evict', chance: chance() }))
  const troubles = OBJECTS.flatMap((of): readonly Fault[] => {
    const at = (trouble: Trouble, ms: number): Fault => {
      const begin = within(chance() * 0.9)
      return { at: begin, what: 'trouble', of, until: begin + ms, trouble }
    }
    return [at({ slow: 300 }, 1_500), at({ full: true }, 1_000), at({ crashes: 3 }, 1_000)]
  })
  const restarts = [1 / 3, 2 / 3].map((part): Fault => ({ at: within(part), what: 'restart' }))
  return [...evictions, ...troubles, ...restarts].toSorted((one, other) => one.at - other.at)
}

/** Picks places of a list by their weights. */
function createPick(weights: readonly number[], chance: () => number): () => number {
  let sum = 0
  const sums = weights.map((weight) => (sum += weight))
  return () => {
    const at = chance() * sum
    const found = sums.findIndex((each) => at < each)
    return found === -1 ? weights.length - 1 : found
  }
}
