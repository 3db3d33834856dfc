import { EXIT, type ExitCode } from '../../exit-code.ts'
import { Failure } from '../../failure.ts'
import type { Output } from '../../output/create-output.ts'
import { showDeployment } from '../../output/show-deployment.ts'
import type { Project } from '../../wrangler/project.ts'
import { keepPlan } from '../plan.ts'
import { examineSplit } from './examine-split.ts'
import { inOrder } from './in-order.ts'
import { SPLIT } from './write-workers.ts'

/** How a suite is split, and what is done with its Workers. */
export interface SplitOptions {
  readonly env: string | undefined
  readonly isDry: boolean
  readonly output: Output
  /** Looks at a server that was deployed. */
  readonly prove: (url: string) => Promise<ExitCode>
}

/** Shows the Workers of a suite, and deploys them when nothing is wrong with any; those that others are bound to first. */
export async function deploySplit(project: Project, { env, isDry, output, prove }: SplitOptions): Promise<ExitCode> {
  const workers = await examineSplit(project, env)
  const isBad = workers.some((one) => one.isBad)
  const shown = workers.map(({ worker: { part, url }, deployment }) => ({ part, url, ...deployment }))
  if (!output.json) output.print(shown.map((one) => showDeployment(one, output)).join('\n\n'))
  else if (isDry || isBad) output.printJson({ workers: shown })
  if (isBad) {
    throw new Failure(
      EXIT.definition,
      `${isDry ? 'They could not be' : 'Nothing was'} deployed: what is marked ✖ has to be put right first.`,
    )
  }
  if (isDry) {
    output.note(`Nothing was deployed. What each Worker may reach is in ${SPLIT}. To deploy: hawser deploy --split`)
    return EXIT.ok
  }
  const { upload } = await import('../upload.ts')
  for (const { project: part, plan } of await inOrder(project, env, workers)) {
    const { version } = await upload(part, undefined)
    await keepPlan(part, undefined, { ...plan, version })
  }
  let code: ExitCode = EXIT.ok
  for (const { worker } of workers) {
    const found = worker.url === undefined ? EXIT.ok : await prove(worker.url)
    if (code === EXIT.ok) code = found
  }
  return code
}
