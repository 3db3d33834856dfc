import { join } from 'node:path'
import type { Examined } from '../../doctor/check.ts'
import type { Deployment } from '../../output/show-deployment.ts'
import { type Project, readConfig } from '../../wrangler/project.ts'
import { bundle as bundleWorker } from '../bundle.ts'
import { checkLint } from '../check-lint.ts'
import { checkRuntime, checkSize } from '../check-runtime.ts'
import { checkTypes } from '../check-types.ts'
import { compare } from '../compare.ts'
import { readDeployed } from '../deployed.ts'
import { makePlan, type Plan, readLastPlan } from '../plan.ts'
import { checkMember, checkOwner, type Whole } from './check-part.ts'
import { type PlannedWorker, planWorkers } from './plan-workers.ts'
import { readSuite } from './read-suite.ts'
import { SPLIT, writeWorkers } from './write-workers.ts'

/** One Worker of a split suite, looked at. */
export interface SplitWorker {
  readonly worker: PlannedWorker
  readonly project: Project
  readonly plan: Plan
  readonly deployment: Deployment
  readonly isBad: boolean
}

/**
 * Makes the configurations of the Workers of a suite, and looks at each of them as it would be deployed: first at the one that has the
 * objects and the issuer.
 *
 * @throws Failure when the file has no suite, a server no address, or the code cannot be bundled.
 */
export async function examineSplit(project: Project, env: string | undefined): Promise<readonly SplitWorker[]> {
  const config = await readConfig(project, env)
  const suite = await readSuite(project.folder, config, env)
  const workers = planWorkers(config, suite, project.folder, join(project.folder, SPLIT))
  const whole: Whole = { project, config, suite, workers }
  const [types, lint] = await Promise.all([checkTypes(project.folder), checkLint(project.folder)])
  const ofCode: readonly Examined[] = [
    { id: 'types', title: 'Types', findings: [types] },
    { id: 'lint', title: 'Lint', findings: [lint] },
  ]
  const examined: SplitWorker[] = []
  for (const [index, part] of (await writeWorkers(project, workers)).entries()) {
    // One after the other: each is a wrangler of its own.
    const one = await examinePart(whole, workers[index]!, part)
    if (index > 0) examined.push(one)
    else examined.push({ ...one, ...withChecks(one, [...ofCode, ...one.deployment.checks]) })
  }
  return examined
}

async function examinePart(whole: Whole, worker: PlannedWorker, project: Project): Promise<SplitWorker> {
  const own = await readConfig(project, undefined)
  const [bundle, looked, last] = await Promise.all([
    bundleWorker(project, undefined),
    readDeployed(own),
    readLastPlan(project, undefined),
  ])
  const plan = await makePlan(own, bundle)
  const comparison = compare(plan, own, looked, last)
  const { size, gzip, bindings } = bundle
  const deployment = { name: worker.name, checks: [], bindings, size, gzip, comparison }
  const checks: readonly Examined[] = [
    { id: 'runtime', title: 'Compatibility date', findings: checkRuntime(own, bundle) },
    ...(worker.url === undefined ? await checkOwner(whole, own, bundle) : checkMember(worker, own)),
    { id: 'size', title: 'Size', findings: [checkSize(bundle)] },
  ]
  return { worker, project, plan, ...withChecks({ deployment }, checks) }
}

const withChecks = (
  { deployment }: Pick<SplitWorker, 'deployment'>,
  checks: readonly Examined[],
): Pick<SplitWorker, 'deployment' | 'isBad'> => ({
  deployment: { ...deployment, checks },
  isBad: checks.some(({ findings }) => findings.some(({ verdict }) => verdict === 'bad')),
})
