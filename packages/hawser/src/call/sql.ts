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

/** Rows that are added before they are counted anew. */
const COUNTED_EVERY = 1_000

/**
 * Says whether there is room for one more row, and takes it. Counting reads every row, which is paid for where rows are, so that it is
 * done once for a thousand; others who write to the same table at the same time may exceed the most by as many each.
 *
 * @example
 * const hasRoom = createRoom(() => Number(all('SELECT count(*) AS n FROM tasks')[0]?.['n']), 100_000)
 */
export function createRoom(count: () => number, most: number): () => boolean {
  let left = 0
  return () => {
    if (left <= 0) left = Math.min(most - count(), COUNTED_EVERY)
    return left-- > 0
  }
}
