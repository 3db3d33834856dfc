/** A row as it was read, by column. */
export type Row = Readonly<Record<string, unknown>>

type Value = string | number | null

/** A statement, made ready once. */
export interface Statement {
  /** The first row, if there is one. */
  readonly get: (...values: Value[]) => Row | undefined
  readonly all: (...values: Value[]) => readonly Row[]
  readonly run: (...values: Value[]) => unknown
}

/** A SQLite database: in a file on Node, or in a Durable Object. */
export interface Database {
  readonly prepare: (sql: string) => Statement
  /** Runs a function as one step, which is undone when it throws. A power cut may take back the last ones. */
  readonly step: <T>(run: () => T) => T
  /** Likewise, and survives whatever happens before anybody is told. */
  readonly lasting: <T>(run: () => T) => T | Promise<T>
}
