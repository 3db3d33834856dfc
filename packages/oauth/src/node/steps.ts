import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers'

/** The two ways in which a file changes: both as one step, which waits for other processes and which they wait for. */
export interface Steps {
  /** Outlives the process. A power cut may take back the last ones, and then all after them of either kind. */
  readonly step: <T>(run: () => T) => T
  /** On the disk when it resolves, with all before it. Those that come in one turn of the event loop share the wait. */
  readonly lasting: <T>(run: () => T) => Promise<T>
  /** Writes what waits, and closes the file. */
  readonly close: () => void
}

/** A step in line. */
interface Waiting {
  /** Runs it within a transaction, and returns what tells how it went. */
  readonly run: () => () => void
  readonly fail: (error: unknown) => void
}

/**
 * The log of a file is one line of commits, and what reaches the disk takes all before it along. So only what nothing may
 * take back waits for the disk, and for many at once one wait is enough.
 *
 * @see https://sqlite.org/pragma.html#pragma_synchronous
 */
export function createSteps(database: DatabaseSync): Steps {
  const [full, normal] = ['PRAGMA synchronous = FULL', 'PRAGMA synchronous = NORMAL']
  database.exec(normal)
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const savepoint = database.prepare('SAVEPOINT one')
  const release = database.prepare('RELEASE one')
  const goBack = database.prepare('ROLLBACK TO one')
  let line: Waiting[] = []

  const step = <T>(run: () => T): T => {
    begin.run()
    try {
      const result = run()
      commit.run()
      return result
    } catch (error) {
      undo(database)
      throw error
    }
  }

  const flush = (): void => {
    const steps = line
    line = []
    if (steps.length === 0) return
    try {
      database.exec(full)
      try {
        for (const tell of step(() => steps.map(({ run }) => run()))) tell()
      } finally {
        database.exec(normal)
      }
    } catch (error) {
      for (const { fail } of steps) fail(error)
    }
  }

  /** One that fails undoes nothing of the others, unless the transaction is over with it, as on a full disk. */
  const within = <T>(run: () => T, resolve: (result: T) => void, reject: (error: unknown) => void): (() => void) => {
    savepoint.run()
    let result: T
    try {
      result = run()
    } catch (error) {
      goBack.run()
      release.run()
      return () => reject(error)
    }
    release.run()
    return () => resolve(result)
  }

  return {
    step,
    lasting: (run) =>
      new Promise((resolve, reject) => {
        if (line.length === 0) setImmediate(flush)
        line.push({ run: () => within(run, resolve, reject), fail: reject })
      }),
    close: () => {
      flush()
      database.close()
    },
  }
}

/** A transaction that failed may be over already. */
function undo(database: DatabaseSync): void {
  try {
    database.exec('ROLLBACK')
  } catch {
    // There is nothing to undo.
  }
}
