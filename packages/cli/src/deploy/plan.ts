import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Project, WorkerConfig } from '../wrangler/project.ts'
import type { Bundle } from './bundle.ts'

/** What a deployment consists of, without values. */
export interface Plan {
  readonly name: string
  readonly bindings: readonly string[]
  readonly compatibility: string
  readonly migration: string
  readonly gzip: number
  /** Differs when anything but the code does not. */
  readonly inputs: string
}

export async function makePlan(
  { name = '', compatibility_date = '', compatibility_flags, migrations }: WorkerConfig,
  bundle: Bundle,
): Promise<Plan> {
  const digest = createHash('sha256')
  for (const file of bundle.inputs.toSorted()) digest.update(await readFile(file).catch(() => ''))
  return {
    name,
    bindings: bundle.bindings.map(({ name: binding, kind }) => `${binding} (${kind})`),
    compatibility: [compatibility_date, ...compatibility_flags].join(' '),
    migration: migrations.at(-1)?.tag ?? 'none',
    gzip: bundle.gzip,
    inputs: digest.digest('hex'),
  }
}

/** Lines that say what would change since the last deployment from this machine; absent where there was none. */
export function comparePlans(before: Plan | undefined, after: Plan): readonly string[] | undefined {
  if (before === undefined) return undefined
  const added = after.bindings.filter((each) => !before.bindings.includes(each))
  const removed = before.bindings.filter((each) => !after.bindings.includes(each))
  const grown = after.gzip - before.gzip
  return [
    ...(before.inputs === after.inputs
      ? []
      : [`code, ${grown < 0 ? '-' : '+'}${(Math.abs(grown) / 1000).toFixed(1)} kB compressed`]),
    ...added.map((each) => `+ ${each}`),
    ...removed.map((each) => `- ${each}`),
    ...(before.compatibility === after.compatibility
      ? []
      : [`runtime ${before.compatibility} → ${after.compatibility}`]),
    ...(before.migration === after.migration ? [] : [`migration ${before.migration} → ${after.migration}`]),
  ]
}

/** Beside what wrangler keeps on this machine, which is not in version control. */
const fileOf = ({ folder }: Project, env: string | undefined): string =>
  join(folder, '.wrangler', `hawser-deployed${env === undefined ? '' : `.${env.replaceAll(/[^\w-]/g, '_')}`}.json`)

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
