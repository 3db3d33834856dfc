import type { Examined } from '../doctor/check.ts'
import { type Project, readConfig, type WorkerConfig } from '../wrangler/project.ts'
import { type Bundle, bundle as bundleWorker } from './bundle.ts'
import { checkObjects } from './check-objects.ts'
import { checkRuntime, checkSize } from './check-runtime.ts'
import { checkSecrets } from './check-secrets.ts'
import { checkTypes } from './check-types.ts'

/** What is known of a Worker before it is deployed. */
export interface ExaminedProject {
  readonly config: WorkerConfig
  readonly bundle: Bundle
  readonly checks: readonly Examined[]
  /** Whether it must not be deployed. */
  readonly isBad: boolean
}

/**
 * Looks at everything that can be known without an account.
 *
 * @throws Failure when the configuration is not valid or the code cannot be bundled.
 */
export async function examineProject(project: Project, env: string | undefined): Promise<ExaminedProject> {
  const { folder } = project
  const config = await readConfig(project, env)
  const [bundle, types] = await Promise.all([bundleWorker(project, env), checkTypes(folder)])
  const checks: readonly Examined[] = [
    { id: 'types', title: 'Types', findings: [types] },
    { id: 'runtime', title: 'Compatibility date', findings: checkRuntime(config, bundle) },
    { id: 'objects', title: 'Durable Objects', findings: checkObjects(config, bundle.exports) },
    { id: 'secrets', title: 'Secrets', findings: await checkSecrets(folder, config, bundle, env) },
    { id: 'size', title: 'Size', findings: [checkSize(bundle)] },
  ]
  const isBad = checks.some(({ findings }) => findings.some(({ verdict }) => verdict === 'bad'))
  return { config, bundle, checks, isBad }
}
