import { createHash } from 'node:crypto'
import { GitProblem } from './git-problem.ts'
import { isSha } from './safe-ref.ts'

/** Where the next page starts. It pins the commit and the clock, so that pages fit together while the history grows. */
export interface Place {
  readonly sha: string
  readonly skip: number
  /** Unix seconds that "2 weeks ago" counts from. */
  readonly now: number
  /** What a file that is followed through renames was called there. */
  readonly name?: string
}

/** `query` holds everything that must be the same on the next page. */
export function encodeCursor(place: Place, query: unknown): string {
  return Buffer.from(JSON.stringify([place.sha, place.skip, place.now, digest(query), shortName(place.name)])).toString(
    'base64url',
  )
}

/** Throws `bad_cursor` for anything `encodeCursor` did not make for this query. */
export function decodeCursor(cursor: string, query: unknown): Place {
  const parts = parse(cursor)
  if (Array.isArray(parts)) {
    const [sha, skip, now, of, name]: unknown[] = parts
    const isPlace = typeof sha === 'string' && isSha(sha) && isCount(skip, 10_000_000) && isCount(now, 1e11)
    if (isPlace && of === digest(query)) return { sha, skip, now, ...(typeof name === 'string' && { name }) }
  }
  const message =
    'The cursor does not belong to this question. Repeat the question unchanged with its cursor, or leave the cursor out.'
  throw new GitProblem('bad_cursor', message)
}

/** A cursor stays short; without the name only an explanation is lost. */
const shortName = (name: string | undefined): string | undefined => (name && name.length <= 500 ? name : undefined)

function parse(cursor: string): unknown {
  if (cursor.length > 4096) return undefined
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    return undefined
  }
}

function isCount(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= max
}

const digest = (query: unknown): string =>
  createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, 16)
