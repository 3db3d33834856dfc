/** What a store that is written in SQL needs of SQLite, whoever runs it. */
export interface Sql {
  /** Runs one statement; its rows are those that it selects or returns. */
  readonly all: (
    statement: string,
    ...values: readonly (string | number | null)[]
  ) => readonly Readonly<Record<string, unknown>>[]
  /** Does all of it, or nothing. The work must not wait. */
  readonly transaction: <T>(work: () => T) => T
}
