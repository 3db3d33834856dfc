import { type Check, type Examined, type Finding, skipped, type Verdict } from './check.ts'
import { GROUPS } from './checks/index.ts'
import { describeFailure } from './describe-failure.ts'
import { leaveSession } from './session.ts'
import { openVisit, type Visit, type VisitOptions } from './visit.ts'

/** What is the matter with a server. */
export interface Diagnosis {
  readonly url: string
  /** Whether there was any answer at all. */
  readonly isReachable: boolean
  /** Checks of one kind stand together. */
  readonly groups: readonly { readonly title: string; readonly checks: readonly Examined[] }[]
  /** How many findings there are of each kind. */
  readonly counts: Readonly<Record<Verdict, number>>
}

/**
 * Looks at a server as clients and hosts do: some forty requests, none of which changes anything. One after the other, so that
 * what is slow is not slow for what else is asked.
 *
 * @throws what `signal` is aborted with.
 */
export async function examine(url: URL, options: VisitOptions): Promise<Diagnosis> {
  const visit = openVisit(url, options)
  const unreachable = await visit.first().then(
    () => undefined,
    (error: unknown): Finding => ({ ...describeFailure(error, url), shuts: 'all' }),
  )
  let shut: Finding['shuts']
  const groups: Diagnosis['groups'][number][] = []
  for (const { title, checks, isTalk = false } of GROUPS) {
    const examined: Examined[] = []
    for (const check of checks) {
      options.signal?.throwIfAborted()
      const isShut = shut === 'all' || (shut === 'talking' && isTalk)
      const findings = isShut ? [skipped('see above')] : await look(check, visit, unreachable)
      shut ??= findings.find(({ shuts }) => shuts !== undefined)?.shuts
      examined.push({ id: check.id, title: check.title, findings })
    }
    groups.push({ title, checks: examined })
  }
  await leaveSession(visit)
  options.signal?.throwIfAborted()
  const counts = count(groups.flatMap(({ checks }) => checks))
  return { url: url.href, isReachable: unreachable === undefined, groups, counts }
}

async function look(check: Check, visit: Visit, unreachable: Finding | undefined): Promise<readonly Finding[]> {
  // The first check is about the way there.
  if (unreachable !== undefined) return [unreachable]
  try {
    const found = await check.look(visit)
    return 'verdict' in found ? [found] : found
  } catch (error) {
    return [describeFailure(error, visit.url)]
  }
}

function count(checks: readonly Examined[]): Diagnosis['counts'] {
  const counts = { good: 0, note: 0, bad: 0, skipped: 0 }
  for (const { verdict } of checks.flatMap(({ findings }) => findings)) counts[verdict]++
  return counts
}
