import { join } from 'node:path'
import type { Examined } from '../../doctor/check.ts'
import { good, skipped } from '../../doctor/check.ts'
import type { Deployment } from '../../output/show-deployment.ts'
import { type Project, readConfig } from '../../wrangler/project.ts'
import { bundle as bundleWorker } from '../bundle.ts'
import { checkLint } from '../check-lint.ts'
import { checkObjects } from '../check-objects.ts'
import { checkRuntime, checkSize } from '../check-runtime.ts'
import { checkSecrets } from '../check-secrets.ts'
import { checkTypes } from '../check-types.ts'
import { compare } from '../compare.ts'
import { readDeployed } from '../deployed.ts'
import { makePlan, type Plan, readLastPlan } from '../plan.ts'
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
 * Makes the configurations of the Workers of a suite, and looks at each of them as it would be deployed: the one that has the objects and the
 * issuer first, since the others are bound to it.
 *
 * @throws Failure when the file has no suite, a server no address, or the code cannot be bundled.
 */
export async function examineSplit(project: Project, env: string | undefined): Promise<readonly SplitWorker[]> {
  const config = await readConfig(project, env)
  const suite = await readSuite(project.folder, config)
  const workers = planWorkers(config, suite, project.folder, join(project.folder, SPLIT))
  const projects = await writeWorkers(project, workers)
  const [types, lint] = await Promise.all([checkTypes(project.folder), checkLint(project.folder)])
  const ofCode: readonly Examined[] = [
    { id: 'types', title: 'Types', findings: [types] },
    { id: 'lint', title: 'Lint', findings: [lint] },
  ]
  const needed = new Set(workers.flatMap(({ secrets = [] }) => secrets))
  const examined: SplitWorker[] = []
  // One after the other: each is a wrangler of its own.
  for (const [index, worker] of workers.entries()) {
    const part = projects[index]!
    const own = await readConfig(part, undefined)
    const [bundle, looked, note] = await Promise.all([
      bundleWorker(part, undefined),
      readDeployed(own),
      readLastPlan(part, undefined),
    ])
    const secrets =
      worker.secrets === undefined
        ? await checkSecrets(project.folder, withVars(own, needed), bundle, undefined)
        : secretsOf(worker.secrets, worker.name)
    const checks: readonly Examined[] = [
      ...(index === 0 ? ofCode : []),
      { id: 'runtime', title: 'Compatibility date', findings: checkRuntime(own, bundle) },
      {
        id: 'objects',
        title: 'Durable Objects',
        findings: index === 0 ? checkObjects(own, bundle.exports) : ownedBy(own),
      },
      { id: 'secrets', title: 'Secrets', findings: secrets },
      { id: 'size', title: 'Size', findings: [checkSize(bundle)] },
    ]
    const plan = await makePlan(own, bundle)
    const comparison = compare(plan, own, looked, note)
    const { size, gzip, bindings } = bundle
    const isBad = checks.some(({ findings }) => findings.some(({ verdict }) => verdict === 'bad'))
    const deployment = { name: worker.name, checks, bindings, size, gzip, comparison }
    examined.push({ worker, project: part, plan, deployment, isBad })
  }
  return examined
}

type Config = Awaited<ReturnType<typeof readConfig>>

/** What is a secret of a server alone counts as known, so that it is not asked for here. */
const withVars = (config: Config, names: ReadonlySet<string>): Config => ({
  ...config,
  vars: { ...config.vars, ...Object.fromEntries([...names].map((name) => [name, ''])) },
})

function ownedBy({ durable_objects: { bindings } }: Config): Examined['findings'] {
  const names = bindings.map(({ name, script_name: script }) => `${name} of ${script}`)
  return [names.length === 0 ? skipped('none') : good(names.join(', '))]
}

function secretsOf(names: readonly string[], worker: string): Examined['findings'] {
  if (names.length === 0) return [skipped('none')]
  const put = names.map((name) => `npx wrangler secret put ${name} --name ${worker}`).join(' · ')
  return [good(`${names.join(', ')}. Once, if not done: ${put}`)]
}
