import type { Migration, WorkerConfig } from '../wrangler/project.ts'
import type { Deployed, Looked } from './deployed.ts'
import type { Plan } from './plan.ts'

/** What would change. */
export interface Comparison {
  /** What it is compared with: what is deployed, or the last deployment from this machine; absent where neither is known. */
  readonly with: 'deployed' | 'note' | undefined
  /** A line for each. */
  readonly changes: readonly string[]
  /** Why it is not compared with what is deployed. */
  readonly unknown?: string
}

/** Says what a deployment would change, by what Cloudflare says is there, or else by the note of this machine. */
export function compare(plan: Plan, config: WorkerConfig, looked: Looked, note: Plan | undefined): Comparison {
  if (looked === 'absent') return { with: 'deployed', changes: ['everything: it is not there yet'] }
  if ('unknown' in looked) {
    const { unknown } = looked
    return note === undefined
      ? { with: undefined, changes: [], unknown }
      : { with: 'note', changes: sinceNote(plan, config, note), unknown }
  }
  return { with: 'deployed', changes: sinceDeployed(plan, config, looked, note) }
}

function sinceNote(plan: Plan, config: WorkerConfig, note: Plan): readonly string[] {
  const added = plan.bindings.filter(
    ({ name, kind }) => !note.bindings.some((old) => old.name === name && old.kind === kind),
  )
  const removed = note.bindings.filter(
    ({ name, kind }) => !plan.bindings.some((now) => now.name === name && now.kind === kind),
  )
  return [
    ...changedCode(plan, note),
    ...added.map(({ name, kind }) => `+ ${name} (${kind})`),
    ...removed.map(({ name, kind }) => `- ${name} (${kind})`),
    ...changedRuntime(plan.compatibility, note.compatibility),
    ...describeMigrations(config.migrations, note.migration),
  ]
}

/** Kinds have other names there, so that a binding is the same when its name is. Secrets stay when a Worker is deployed. */
function sinceDeployed(
  plan: Plan,
  { vars, migrations }: WorkerConfig,
  deployed: Deployed,
  note: Plan | undefined,
): readonly string[] {
  const there = new Map(deployed.bindings.map((binding) => [binding.name, binding]))
  const here = new Set(plan.bindings.map(({ name }) => name))
  const isSame = note?.version !== undefined && note.version === deployed.version
  return [
    ...(isSame ? changedCode(plan, note) : ['code: what is deployed was not deployed from here']),
    ...plan.bindings.filter(({ name }) => !there.has(name)).map(({ name, kind }) => `+ ${name} (${kind})`),
    ...deployed.bindings
      .filter(({ name, type }) => !here.has(name) && !type.startsWith('secret'))
      .map(({ name, type }) => `- ${name} (${type})`),
    ...Object.entries(vars)
      .filter(([name, value]) => there.get(name)?.value !== undefined && !isEqual(there.get(name)?.value, value))
      .map(([name]) => `${name}, another value`),
    ...changedRuntime(plan.compatibility, deployed.compatibility),
    ...describeMigrations(migrations, deployed.migration),
  ]
}

const isEqual = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

function changedCode(plan: Plan, note: Plan): readonly string[] {
  if (plan.inputs === note.inputs) return []
  const grown = plan.gzip - note.gzip
  return [`code, ${grown < 0 ? '-' : '+'}${(Math.abs(grown) / 1000).toFixed(1)} kB compressed`]
}

function changedRuntime(now: readonly string[], before: readonly string[]): readonly string[] {
  const [to, from] = [now, before].map((list) => list.toSorted().join(' '))
  return to === from ? [] : [`runtime ${from} → ${to}`]
}

/** Migrations that have not run yet: all of them where the last that has is not among them. */
export function pendingMigrations(migrations: readonly Migration[], last: string | undefined): readonly Migration[] {
  return migrations.slice(migrations.findIndex(({ tag }) => tag === last) + 1)
}

const describeMigrations = (migrations: readonly Migration[], last: string | undefined): readonly string[] =>
  pendingMigrations(migrations, last).map((step) => {
    const made = [...(step.new_classes ?? []), ...(step.new_sqlite_classes ?? [])]
    const parts = [
      ...made.map((name) => `makes ${name}`),
      ...(step.renamed_classes ?? []).map(({ from, to }) => `renames ${from} to ${to}`),
      ...(step.transferred_classes ?? []).map(({ to }) => `takes ${to} over`),
      ...(step.deleted_classes ?? []).map((name) => `deletes ${name} with all that its objects store`),
    ]
    return `migration ${step.tag}: ${parts.join(', ') || 'nothing'}`
  })
