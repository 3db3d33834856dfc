import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Project } from '../../wrangler/project.ts'
import type { PlannedWorker } from './plan-workers.ts'

/** Where the configurations are, below the folder of the one that they are made from. */
export const SPLIT = '.hawser/split'

const HEAD = `// Made by hawser deploy --split from the configuration and the suite of this project, anew each time: whatever is changed here is lost.
// It is written so that one can read what each Worker may reach.
`

/** Writes a configuration for each Worker, and gives the projects that wrangler then deploys. */
export async function writeWorkers(project: Project, workers: readonly PlannedWorker[]): Promise<readonly Project[]> {
  const root = join(project.folder, SPLIT)
  await mkdir(root, { recursive: true })
  await writeFile(join(project.folder, '.hawser/.gitignore'), '*\n')
  return Promise.all(
    workers.map(async ({ part, settings }) => {
      const folder = join(root, part)
      await mkdir(folder, { recursive: true })
      const config = join(folder, 'wrangler.jsonc')
      await writeFile(config, `${HEAD}${JSON.stringify(settings, null, 2)}\n`)
      return { ...project, folder, config }
    }),
  )
}
