import { send } from './caller.ts'
import type { Entry, Journal, Told } from './journal.ts'
import type { Listener } from './listeners.ts'
import type { Disturbance } from './make-trouble.ts'
import { endOf, refreshChain } from './perform.ts'
import { CALLS_PER_MINUTE } from './place.ts'
import { type Desk, WORKERS } from './start-desk.ts'

/** What has to hold whatever went wrong. */
export interface Verdict {
  /** How much of each kind was looked at. */
  readonly checked: Readonly<Record<string, number>>
  readonly wrong: readonly string[]
}

export interface Known {
  readonly desk: Desk
  readonly journal: Journal
  readonly listeners: readonly Listener[]
  readonly disturbances: readonly Disturbance[]
  readonly renewed: ReadonlyMap<string, number>
}

/** Milliseconds that it may take until a lost connection is opened again, and all that it was for is told as changed. */
const RECONNECTION = 45_000

/** Looks whether nothing was lost, nothing was done twice, and no more let through than allowed. */
export async function verify(known: Known): Promise<Verdict> {
  const { journal } = known
  const wrong = [...journal.wrong, ...checkCalm(known), ...checkOnce(journal), ...checkLimits(journal)]
  wrong.push(...checkRenewals(known), ...(await checkTasks(known)), ...(await checkChains(known)))
  wrong.push(...(await checkTold(known)))
  return {
    checked: {
      operations: journal.entries.length,
      tasks: journal.tasks.length,
      'changes told': journal.told.length,
      listeners: known.listeners.length,
      'answers and codes': journal.once.length,
      'limited calls': [...journal.passed.values()].reduce((sum, entries) => sum + entries.length, 0),
      'refused calls': [...journal.refused.values()].reduce((sum, count) => sum + count, 0),
      renewals: known.renewed.size,
      'grants refreshed': journal.chains.length,
    },
    wrong,
  }
}

const isCalm = ({ disturbances }: Known, from: number, to: number): boolean =>
  !disturbances.some((each) => each.from <= to && from <= each.to)

/** While nobody made trouble, everything was answered. */
const checkCalm = (known: Known): readonly string[] =>
  known.journal.entries
    .filter(({ status, from, to }) => status !== 200 && status !== 202 && isCalm(known, from, to))
    .map(({ kind, status, why = '', from, to }) => {
      const last = Math.max(0, ...known.disturbances.filter((each) => each.to < from).map((each) => each.to))
      const when = `${from - last} ms after the last trouble, for ${to - from} ms`
      return `${kind} was answered with ${status} while there was no trouble, ${when}. ${why}`
    })

/** A code and an answer count once: never twice, and not at all only where somebody was told that it is not known. */
const checkOnce = ({ once }: Journal): readonly string[] =>
  once.flatMap(({ what, won, asked, unknown }) => {
    if (won > 1) return [`A ${what} counted ${won} times of ${asked}.`]
    return won === 0 && unknown === 0 ? [`A ${what} counted not once of ${asked}, and nobody was told why.`] : []
  })

/** In no span of time were more calls let through than the burst and what was gained since. */
function checkLimits({ passed, refused }: Journal): readonly string[] {
  return [...passed].flatMap(([person, entries]) => {
    const wrong: string[] = []
    const gained = (from: Entry, to: Entry): number => ((to.to - from.from) * CALLS_PER_MINUTE) / 60_000
    const sorted = entries.toSorted((one, other) => one.from - other.from)
    for (const [at, first] of sorted.entries()) {
      for (let count = CALLS_PER_MINUTE; at + count < sorted.length; count++) {
        const last = sorted[at + count]
        if (last !== undefined && count + 1 > CALLS_PER_MINUTE + gained(first, last) + 1)
          wrong.push(`${person} was let through ${count + 1} times in ${last.to - first.from} ms.`)
      }
    }
    if (entries.length < CALLS_PER_MINUTE / 2 && refused.has(person)) wrong.push(`${person} was refused too soon.`)
    return wrong.slice(0, 1)
  })
}

/**
 * A refresh token of another service is used up once, unless what came of it could not be kept, or whoever renewed was gone: then it
 * is tried again.
 */
function checkRenewals(known: Known): readonly string[] {
  return [...known.renewed].flatMap(([token, times]) => {
    const link = known.journal.links.get(token)
    const mayFail = link === undefined || !isCalm(known, link.from, link.to)
    return times === 1 || mayFail ? [] : [`${token} was renewed ${times} times.`]
  })
}

/** Each task ended once, with its own result or with the reason why it has none, and all instances say the same of it. */
async function checkTasks(known: Known): Promise<readonly string[]> {
  const { desk, journal } = known
  const wrong: string[] = []
  for (const { id, person, order, from, end } of journal.tasks) {
    if (end === undefined) continue
    if (end.status === 'completed' ? end.text !== order : isCalm(known, from, end.at))
      wrong.push(`The task ${id} ended as ${end.status} with ${end.text}; it was for ${order}.`)
    for (const worker of WORKERS) {
      const answer = await send(desk, worker, person, 'tasks/get', { taskId: id })
      const again = endOf(answer)
      if (again?.status !== end.status || again.text !== end.text)
        wrong.push(`The task ${id} was ${end.status}; at ${worker} it is ${JSON.stringify(answer)}.`)
    }
  }
  return wrong
}

/** Whoever signed in is signed in still. */
async function checkChains({ desk, journal }: Known): Promise<readonly string[]> {
  const wrong: string[] = []
  for (const chain of journal.chains)
    if (!(await refreshChain(desk, chain, WORKERS[1]))) wrong.push('A grant was lost.')
  return wrong
}

/** What was told reached each listener, or the listener was told to read everything anew. */
async function checkTold({ journal, listeners }: Known): Promise<readonly string[]> {
  const isFor = ({ topic, person }: Told, listener: Listener): boolean => {
    if (person !== undefined) return person === listener.person
    return topic === 'tools' || topic.startsWith(`desk://${listener.person.split('/')[0]}-`)
  }
  const findUntold = (): readonly string[] =>
    listeners.flatMap((listener) =>
      journal.told
        .filter((told) => isFor(told, listener) && listener.heardAt(told.topic) < told.from)
        .map(
          ({ topic, from, to, person = 'all' }) =>
            `${listener.describe()} was not told of ${topic} for ${person}, ${Date.now() - from} ms ago, in ${to - from} ms.`,
        ),
    )
  const deadline = Date.now() + RECONNECTION
  while (findUntold().length > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 100))
  return findUntold()
}
