import type { Account } from './account.ts'
import { newJournal } from './journal.ts'
import { startListener } from './listeners.ts'
import { createTroubleMaker, type Disturbance } from './make-trouble.ts'
import { perform } from './perform.ts'
import { makePlan, type Options } from './plan.ts'
import { startDesk } from './start-desk.ts'
import { summarise, type Summary } from './summarise.ts'
import { type Verdict, verify } from './verify.ts'

export interface Simulation extends Summary {
  readonly options: Options
  readonly verdict: Verdict
  readonly disturbances: Readonly<Record<string, number>>
  readonly seconds: number
}

/** Operations under way at a time, so that a busy machine delays them and does not drop them. */
const AT_ONCE = 48

/** Plays a plan in the real runtime, and looks at the end whether all is as it has to be. */
export async function simulate(options: Options, tell: (what: string) => void = () => {}): Promise<Simulation> {
  const { operations, faults, listeners: wanted } = makePlan(options)
  await using desk = await startDesk()
  const journal = newJournal()
  tell(`${wanted.length} listeners`)
  const listeners = await Promise.all(wanted.map(({ worker, person }) => startListener(desk, worker, person)))
  const names = new Set<string>()
  const renewed = new Map<string, number>()
  const accounts = new Map<string, Account>()
  const note = async (): Promise<void> => {
    const counted = await desk.counted()
    for (const [name, account] of counted.accounts) {
      names.add(name)
      addInto(accounts, name, account)
    }
    for (const [token, times] of counted.renewed) renewed.set(token, (renewed.get(token) ?? 0) + times)
  }

  const begin = Date.now()
  const until = async (at: number): Promise<void> =>
    new Promise((resolve) => setTimeout(resolve, Math.max(0, begin + at - Date.now())))
  const disturbances: Disturbance[] = []
  const trouble = createTroubleMaker(desk, begin, async () => {
    await note()
    return [...names].toSorted()
  })
  const disturb = Promise.all(
    faults.map(async (fault) => {
      await until(fault.at)
      disturbances.push(await trouble(fault))
    }),
  )
  const under = new Set<Promise<void>>()
  for (const [number, operation] of operations.entries()) {
    await until(operation.at)
    while (under.size >= AT_ONCE) await Promise.race(under)
    const performing = perform(desk, journal, operation, number).finally(() => under.delete(performing))
    under.add(performing)
    if (number % 500 === 0) tell(`${number} of ${operations.length}`)
  }
  await Promise.all([...under, disturb])
  const seconds = (Date.now() - begin) / 1_000
  await note()
  const summary = summarise(accounts, journal)
  tell('verifying')
  const verdict = await verify({ desk, journal, listeners, disturbances, renewed })
  await Promise.all(listeners.map(({ stop }) => stop()))
  const happened: Record<string, number> = {}
  for (const { what } of disturbances) happened[what] = (happened[what] ?? 0) + 1
  return { ...summary, options, verdict, disturbances: happened, seconds }
}

function addInto(all: Map<string, Account>, name: string, account: Account): void {
  const known = all.get(name)
  if (known === undefined) return void all.set(name, account)
  for (const field of Object.keys(known) as (keyof Account)[])
    known[field] = field === 'bytes' ? account.bytes : known[field] + account[field]
}
