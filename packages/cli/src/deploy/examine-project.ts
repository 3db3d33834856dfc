import type { Examined } from '../doctor/check.ts'
import { type Project, readConfig } from '../wrangler/project.ts'
import { type Bundle, bundle as bundleWorker } from './bundle.ts'
import { checkPending } from './check-pending.ts'
import { type Comparison, compare } from './compare.ts'
import { readDeployed } from './deployed.ts'
import { makePlan, type Plan, readLastPlan } from './plan.ts'
import { checkLint } from './check-lint.ts'
import { checkObjects } from './check-objects.ts'
import { checkRuntime, checkSize } from './check-runtime.ts'
import { checkSecrets } from './check-secrets.ts'
import { checkTypes } from './check-types.ts'

/** What is known of a Worker before it is deployed. */
export interface ExaminedProject {
  readonly bundle: Bundle
  readonly checks: readonly Examined[]
  readonly plan: Plan
  readonly comparison: Comparison
  /** Whether it must not be deployed. */
  readonly isBad: boolean
}

/**
 * Looks at everything that can be known beforehand; without an account, and with one also at what is deployed.
 *
 * @throws Failure when the configuration is not valid or the code cannot be bundled.
 */
export async function examineProject(project: Project, env: string | undefined): Promise<ExaminedProject> {
  const { folder } = project
  const config = await readConfig(project, env)
  const [bundle, types, lint, looked, lastPlan] = await Promise.all([
    bundleWorker(project, env),
    checkTypes(folder),
    checkLint(folder),
    readDeployed(config),
    readLastPlan(project, env),
  ])
  const plan = await makePlan(config, bundle)
  const deployed = looked !== 'absent' && 'bindings' in looked ? looked : undefined
  const last = deployed ?? lastPlan
  const secrets = deployed?.bindings.filter(({ type }) => type.startsWith('secret')).map(({ name }) => name)
  const checks: readonly Examined[] = [
    { id: 'types', title: 'Types', findings: [types] },
    { id: 'lint', title: 'Lint', findings: [lint] },
    { id: 'runtime', title: 'Compatibility date', findings: checkRuntime(config, bundle) },
    {
      id: 'objects',
      title: 'Durable Objects',
      findings: [
        ...checkObjects(config, bundle.exports),
        ...(last === undefined ? [] : checkPending(config, last.migration)),
      ],
    },
    {
      id: 'secrets',
      title: 'Secrets',
      findings: await checkSecrets(folder, config, bundle, env, secrets && new Set(secrets)),
    },
    { id: 'size', title: 'Size', findings: [checkSize(bundle)] },
  ]
  const isBad = checks.some(({ findings }) => findings.some(({ verdict }) => verdict === 'bad'))
  return { bundle, checks, plan, comparison: compare(plan, config, looked, lastPlan), isBad }
}
