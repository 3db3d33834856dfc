import type { Contender } from './contenders/index.ts'
import type { Effort, Plan, Row, Values } from './rows/row.ts'

/** All samples of one row: contender → one set of values per round. */
export interface Samples {
  readonly row: Row
  readonly rounds: ReadonlyMap<string, readonly Values[]>
  /** Contenders that gave a wrong answer or broke, with the reason; they are left out of the row. */
  readonly failures: ReadonlyMap<string, string>
}

/**
 * Measures all contenders of a row side by side: round after round, each second round in reverse order.
 * A further round begins only when it is likely to end before the deadline (ms of `performance.now()`).
 */
export const runRounds = async (
  row: Row,
  contenders: readonly Contender[],
  plan: Plan,
  deadline: number,
  report: (what: string) => void,
): Promise<Samples> => {
  const effort: Effort = { warmMs: 0, warmCalls: 0, runMs: 0, calls: 0, ...plan }
  const field = contenders.filter((one) => row.takesPart(one) && (plan.only?.includes(one.name) ?? true))
  const rounds = new Map<string, Values[]>(field.map(({ name }) => [name, []]))
  const failures = new Map<string, string>()
  let longest = 0
  for (let round = 0; round < plan.rounds && (round === 0 || performance.now() + longest <= deadline); round += 1) {
    const begin = performance.now()
    for (const contender of round % 2 === 0 ? field : field.toReversed()) {
      const { name } = contender
      if (failures.has(name)) continue
      report(`${row.name}: round ${round + 1} of ${plan.rounds}, ${name}`)
      try {
        rounds.get(name)?.push(await row.measure(contender, effort))
      } catch (error) {
        failures.set(name, error instanceof Error ? error.message : String(error))
        rounds.delete(name)
      }
    }
    longest = Math.max(longest, performance.now() - begin)
  }
  return { row, rounds, failures }
}
