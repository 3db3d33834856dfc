import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Project, WorkerConfig } from '../wrangler/project.ts'
import type { Binding, Bundle } from './bundle.ts'

/** What a deployment consists of, without values. */
export interface Plan {
  readonly name: string
  readonly bindings: readonly Binding[]
  /** The day and the flags of its runtime. */
  readonly compatibility: readonly string[]
  /** The tag of the last migration; absent for none. */
  readonly migration?: string | undefined
  readonly gzip: number
  /** A digest of the code. */
  readonly inputs: string
  /** The name that Cloudflare gave to what was deployed. */
  readonly version?: string | undefined
}

export async function makePlan(
  { name = '', compatibility_date: date, compatibility_flags: flags, migrations }: WorkerConfig,
  bundle: Bundle,
): Promise<Plan> {
  const digest = createHash('sha256')
  for (const file of bundle.inputs.toSorted()) digest.update(await readFile(file).catch(() => ''))
  return {
    name,
    bindings: bundle.bindings,
    compatibility: [...(date === undefined ? [] : [date]), ...flags],
    migration: migrations.at(-1)?.tag,
    gzip: bundle.gzip,
    inputs: digest.digest('hex'),
  }
}

/** Beside what wrangler keeps on this machine, which is not in version control. */
const fileOf = ({ folder }: Project, env: string | undefined): string =>
  join(folder, '.wrangler', `hawser-deployed${env === undefined ? '' : `.${env.replaceAll(/[^\w-]/g, '_')}`}.json`)

/** The last deployment from this machine. */
export async function readLastPlan(project: Project, env: string | undefined): Promise<Plan | undefined> {
  const text = await readFile(fileOf(project, env), 'utf8').catch(() => undefined)
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Plan)
  } catch {
    // Whoever has edited it is told of everything.
    return undefined
  }
}

export async function keepPlan(project: Project, env: string | undefined, plan: Plan): Promise<void> {
  const file = fileOf(project, env)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, JSON.stringify(plan))
}
