import { bad, type Finding, good, note, skipped } from '../doctor/check.ts'
import type { Migration, WorkerConfig } from '../wrangler/project.ts'

/** Classes of Durable Objects that hawser exports, and the binding that each is used by. */
const KNOWN: ReadonlyMap<string, string> = new Map([
  ['HawserObject', 'HAWSER'],
  ['OAuthObject', 'OAUTH'],
])

/** Compares what the Worker exports with what is bound, and with what the migrations have made so far. */
export function checkObjects(
  { durable_objects, migrations }: WorkerConfig,
  exports: readonly string[],
): readonly Finding[] {
  const bindings = durable_objects.bindings.filter(({ script_name }) => script_name === undefined)
  const bound = new Map(bindings.map(({ name, class_name }) => [class_name, name]))
  const made = applyMigrations(migrations)
  const isGone = (name: string): boolean => !exports.includes(name) && !bound.has(name)
  const [gone, ...moreGone] = [...made].filter(isGone)
  const [unmade, ...moreUnmade] = [...bound.keys()].filter((name) => !made.has(name))
  // One went and one came: what is stored should go along.
  if (gone !== undefined && unmade !== undefined && moreGone.length + moreUnmade.length === 0)
    return [notRenamed(gone, unmade, migrations)]
  const wrong = [
    ...[...bound].flatMap(([name, binding]) => [
      ...(exports.includes(name) ? [] : [notExported(name, binding)]),
      ...(made.has(name) ? [] : [notMade(name, migrations)]),
    ]),
    ...[...made].filter(isGone).map((name) => notDeleted(name, migrations)),
    ...exports.filter((name) => KNOWN.has(name) && !bound.has(name)).map(notBound),
  ]
  if (wrong.length > 0) return wrong
  return [
    bound.size === 0
      ? skipped('none')
      : good(`${[...bound.keys()].join(', ')}, up to migration ${migrations.at(-1)?.tag ?? ''}`),
  ]
}

/** The classes that exist once all migrations have run. */
function applyMigrations(migrations: readonly Migration[]): ReadonlySet<string> {
  const made = new Set<string>()
  for (const step of migrations) {
    for (const name of [...(step.new_classes ?? []), ...(step.new_sqlite_classes ?? [])]) made.add(name)
    for (const { from, to } of step.renamed_classes ?? []) {
      made.delete(from)
      made.add(to)
    }
    for (const { to } of step.transferred_classes ?? []) made.add(to)
    for (const name of step.deleted_classes ?? []) made.delete(name)
  }
  return made
}

const nextTag = (migrations: readonly Migration[]): string => `v${migrations.length + 1}`

/** The line by which the main file exports a class of objects. */
export const exportLine = (name: string): string =>
  `export { ${name} } from '${name === 'OAuthObject' ? '@hawser/oauth/cloudflare' : name === 'HawserObject' ? 'hawser/cloudflare' : './…'}'`

const notExported = (name: string, binding: string): Finding =>
  bad(
    `${binding} is bound to ${name}, which the main file does not export`,
    'Cloudflare refuses the deployment: objects are made of exported classes.',
    `Add to the main file: ${exportLine(name)}`,
  )

const notMade = (name: string, migrations: readonly Migration[]): Finding =>
  bad(
    `no migration makes ${name}`,
    'Cloudflare makes no objects of a class that no migration has named.',
    `Add to "migrations": { "tag": "${nextTag(migrations)}", "new_sqlite_classes": ["${name}"] }`,
  )

const notRenamed = (from: string, to: string, migrations: readonly Migration[]): Finding =>
  bad(
    `${to} is bound, and ${from} is gone, without a migration`,
    'Cloudflare refuses the deployment. What the objects have stored belongs to the class by its name.',
    `If it is the same class, add to "migrations": { "tag": "${nextTag(migrations)}", "renamed_classes": [{ "from": "${from}", "to": "${to}" }] }`,
  )

const notDeleted = (name: string, migrations: readonly Migration[]): Finding =>
  bad(
    `a migration has made ${name}, which is neither exported nor bound any more`,
    'Cloudflare refuses the deployment as long as it has objects of that class.',
    `Export it again. Or, to delete it with all that it stores: { "tag": "${nextTag(migrations)}", "deleted_classes": ["${name}"] }`,
  )

const notBound = (name: string): Finding =>
  note(
    `${name} is exported, but not bound`,
    'What is kept in it cannot be reached, and fails when it is used.',
    `Add to "durable_objects": { "bindings": [{ "name": "${KNOWN.get(name)}", "class_name": "${name}" }] }`,
  )
