import type { DatabaseSync } from 'node:sqlite'

/** The tables of a file. */
export interface Schema {
  /** What it keeps, for people. */
  readonly kind: string
  /** Says in the head of a file that it is of this kind: four letters, as a number. */
  readonly applicationId: number
  /** Statements that lead from one version to the next. The first may run on a file from before there were versions. */
  readonly versions: readonly string[]
}

/**
 * The version of an open file; 0 for a new one, and for one from before there were versions.
 *
 * @throws Error for a file of another kind, or of a version that is not known here; it names the file, and what to do.
 */
function schemaVersion(database: DatabaseSync, path: string, { kind, applicationId, versions }: Schema): number {
  const read = (pragma: string): number => Number(database.prepare(`PRAGMA ${pragma}`).get()?.[pragma])
  const [application, version] = [read('application_id'), read('user_version')]
  const isUnmarked = application === 0 && version === 0
  if (isUnmarked && holdsNothingElse(database, versions[0])) return 0
  if (application !== applicationId)
    throw new Error(`${path} keeps something else than ${kind}. Give each store a file of its own.`)
  if (version > versions.length) {
    throw new Error(
      `${path} has version ${version} of its tables, and only ${versions.length} is known here: a newer release has written it. Update this one, or go back to a copy of the file from before.`,
    )
  }
  return version
}

/** Whether a file that says nothing of itself has no tables but those of the first version: programs write others. */
function holdsNothingElse(database: DatabaseSync, first = ''): boolean {
  const tables = database
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'`)
    .all()
  return tables.every(({ name }) => first.includes(`CREATE TABLE IF NOT EXISTS ${String(name)} (`))
}

/**
 * Brings a file to the newest version; within a transaction, so that of several processes one does it.
 *
 * @throws Error as `schemaVersion` does.
 */
export function upgrade(database: DatabaseSync, path: string, schema: Schema): void {
  const { applicationId, versions } = schema
  const version = schemaVersion(database, path, schema)
  if (version === versions.length) return
  for (const statements of versions.slice(version)) database.exec(statements)
  database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${versions.length}`)
}
