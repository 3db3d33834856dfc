import type { Sql } from '../../call/index.ts'
import type { InputRequests } from '../../protocol/index.ts'
import { toQuestions } from './suspend.ts'
import type { PendingCall, RunningTask } from './types.ts'
import { WaitingError } from './waiting-error.ts'

/** What is called, and called again with answers. */
export interface Asking {
  readonly method: PendingCall['method']
  readonly params: Readonly<Record<string, unknown>>
  readonly about: string
  /** How often the server has asked, this time included. */
  readonly round: number
}

/** What a call waits for, as it is kept. */
export type Kept =
  | { readonly requests: InputRequests; readonly requestState: string | undefined }
  | {
      readonly taskId: string
      readonly message: string | undefined
      readonly pollAfter: number
      /** What the task asks now. */
      readonly requests: InputRequests | undefined
      /** Keys of what it asked before, each of which is answered once. */
      readonly answered: readonly string[]
    }

export interface WaitingRow {
  readonly id: string
  /** The server by its name and its address: one that has moved is another. */
  readonly place: string
  readonly call: Asking
  readonly kept: Kept
  readonly isAnswered: boolean
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** What one owner may have waiting, and how much of it. */
const MAX_WAITING = 100
const MAX_LENGTH = 200_000

const NOTHING = {
  call: JSON.stringify({ method: 'tools/call', params: {}, about: '', round: 0 } satisfies Asking),
  kept: JSON.stringify({ requests: {}, requestState: undefined } satisfies Kept),
} as const

export const WAITING_VERSION = `
  CREATE TABLE waiting (
    id TEXT PRIMARY KEY,
    place TEXT NOT NULL,
    call TEXT NOT NULL,
    kept TEXT NOT NULL,
    is_answered INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX waiting_by_time ON waiting (expires_at);
`

export type WaitingTable = ReturnType<typeof openWaiting>

/** Calls that wait. Each method is atomic. */
export function openWaiting({ all }: Sql) {
  const rows = (condition: string, ...values: readonly (string | number)[]): readonly WaitingRow[] =>
    all(`SELECT * FROM waiting WHERE ${condition} AND expires_at > ? ORDER BY rowid`, ...values, Date.now()).map(
      (row) => ({
        id: String(row['id']),
        place: String(row['place']),
        // What was written here is read.
        call: JSON.parse(String(row['call'])) as Asking,
        kept: JSON.parse(String(row['kept'])) as Kept,
        isAnswered: row['is_answered'] === 1,
        expiresAt: Number(row['expires_at']),
      }),
    )
  return {
    list: (): readonly WaitingRow[] => rows('is_answered = 0'),
    /** @throws WaitingError `unknown` or `answered`. */
    find: (id: string): WaitingRow => {
      const [row] = rows('id = ?', id)
      if (row === undefined) throw new WaitingError('unknown', 'Nothing waits under this id. It may have expired.')
      if (row.isAnswered && !('taskId' in row.kept)) throw answered()
      return row
    },
    /** @throws RangeError when there is no room for it. */
    add: (row: Omit<WaitingRow, 'id' | 'isAnswered'>): WaitingRow => {
      const [call, kept] = [JSON.stringify(row.call), JSON.stringify(row.kept)]
      checkLength(call.length + kept.length)
      const count = all('SELECT count(*) AS n FROM waiting WHERE is_answered = 0 AND expires_at > ?', Date.now())
      if (Number(count[0]?.['n']) >= MAX_WAITING)
        throw new RangeError(`${MAX_WAITING} calls wait for an answer already. Answer or drop one of them.`)
      const id = crypto.randomUUID()
      all('INSERT INTO waiting VALUES (?, ?, ?, ?, 0, ?)', id, row.place, call, kept, Math.ceil(row.expiresAt))
      return { ...row, id, isAnswered: false }
    },
    /** Takes the right to answer: false when somebody else has it. */
    claim: (id: string): boolean =>
      all('UPDATE waiting SET is_answered = 1 WHERE id = ? AND is_answered = 0 RETURNING id', id).length === 1,
    /** Keeps no more of what is over than that it is. */
    settle: (id: string) =>
      void all('UPDATE waiting SET is_answered = 1, call = ?, kept = ? WHERE id = ?', NOTHING.call, NOTHING.kept, id),
    /** Takes a task off the list. It can be looked after for as long as it is kept. */
    end: (id: string) => void all('UPDATE waiting SET is_answered = 1 WHERE id = ?', id),
    /** Gives the right to answer back. */
    reopen: (id: string) => void all('UPDATE waiting SET is_answered = 0 WHERE id = ?', id),
    /** @throws RangeError when it is too long to keep. */
    update: (id: string, value: Kept): void => {
      const kept = JSON.stringify(value)
      checkLength(kept.length)
      all('UPDATE waiting SET kept = ? WHERE id = ?', kept, id)
    },
    drop: (id: string) => void all('DELETE FROM waiting WHERE id = ?', id),
    dropAllOf: (place: string) => void all('DELETE FROM waiting WHERE place = ?', place),
  }
}

function checkLength(length: number): void {
  if (length > MAX_LENGTH)
    throw new RangeError(`What this call waits for takes more than ${MAX_LENGTH} characters to keep.`)
}

export const answered = (): WaitingError =>
  new WaitingError(
    'answered',
    'This was answered before, and is not called again. Who answered was told what came of it.',
  )

/** What the row is for who waits. */
export function describeWaiting({ id, place, call, kept, expiresAt }: WaitingRow): PendingCall | RunningTask {
  const server = place.slice(0, place.indexOf(' '))
  const { method, about } = call
  if (kept.requests !== undefined || !('taskId' in kept))
    return { id, server, method, about, questions: toQuestions(kept.requests ?? {}), expiresAt }
  const { message, pollAfter } = kept
  return { id, server, about, message, pollAfter, expiresAt }
}
