import type { ChangedFile } from './changed-files.ts'
import type { Git, GitOutput } from './run-git.ts'
import { checkCount } from './check-count.ts'
import { commitFormat, parseCommits, type Commit } from './commits.ts'
import { decodeCursor, encodeCursor, type Place } from './cursor.ts'
import { filesOf, linesOf } from './details-of-changes.ts'
import { GitProblem } from './git-problem.ts'
import { checkChanges, type ChangesQuery, type CheckedQuery } from './changes-query.ts'
import { safeDiffOptions } from './safe-settings.ts'
import { noCommitsNote, resolveRef } from './safe-ref.ts'
import { isShallow, shallowNote } from './shallow.ts'
import { findEntry } from './tree-entry.ts'
import { whyMatched } from './why-matched.ts'

export interface Change {
  readonly sha: string
  readonly shortSha: string
  readonly subject: string
  readonly author: string
  readonly email: string
  /** When it entered this history (ISO 8601); order and time filters go by it. */
  readonly date: string
  /** When it was written, if that was another time. */
  readonly authoredAt?: string
  readonly merge?: true
  /** At most 10; a merge has those it brought to its first parent. */
  readonly files: readonly string[]
  readonly fileCount: number
  /** The lines, people and paths that answer the question. */
  readonly matched: readonly string[]
}

export interface FoundChanges {
  /** The commit the search started at; absent in a repository without commits. */
  readonly from?: string
  /** Newest first. */
  readonly changes: readonly Change[]
  /** Give it back as `cursor`, with the question unchanged, for older ones. */
  readonly next?: string
  /** How many match in all; absent until the last page is reached. */
  readonly total?: number
  readonly note?: string
}

const maxFilesShown = 10
const maxLogBytes = 16 * 1024 * 1024

/**
 * The commits that fit all that is asked, newest first. Without any filter it is the plain history.
 *
 * ```ts
 * const { changes, next } = await findChanges(git, { words: 'retry timeout', path: 'src', since: '2 weeks ago' })
 * ```
 *
 * Throws `GitProblem`: `unsafe_ref`, `unknown_ref`, `unsafe_path`, `bad_argument`, `bad_cursor`, `timeout`.
 */
export async function findChanges(
  git: Git,
  query: ChangesQuery,
  signal?: AbortSignal,
  clock: () => number = Date.now,
): Promise<FoundChanges> {
  const limit = checkCount('limit', query.limit, 20, 100)
  const identity = identityOf(query)
  const place = query.cursor === undefined ? undefined : decodeCursor(query.cursor, identity)
  const now = place?.now ?? Math.floor(clock() / 1000)
  const checked = checkChanges(query, new Date(now * 1000))
  const sha = place?.sha ?? (await resolveRef(git, checked.ref, signal))
  const without = checked.notIn === undefined ? undefined : await resolveRef(git, checked.notIn, signal)
  if (sha === undefined) return { changes: [], total: 0, note: noCommitsNote }

  const start: Place = { skip: 0, ...place, sha, now }
  const { args, drop } = await logArgs(git, checked, start, without, limit, signal)
  const output = await git.run(args, { signal, maxBytes: maxLogBytes, partial: true })
  const found = parseCommits(output.stdout).slice(drop)
  if (output.cut !== undefined && found.length === 0) throw tooMuch()
  const commits = found.slice(0, limit)
  const [files, lines] = await Promise.all([filesOf(git, commits, signal), linesOf(git, commits, checked, signal)])
  let name = start.name ?? checked.path
  const changes = commits.map((commit) => {
    const touched = files.get(commit.sha) ?? []
    const change = toChange(commit, touched, whyMatched(commit, touched, checked, name, lines.get(commit.sha) ?? []))
    // Older commits know a renamed file by the name it had before.
    name = touched.find((file) => file.path === name && file.change === 'renamed')?.from ?? name
    return change
  })
  return { from: sha, changes, ...(await ending(git, output, found, limit, { ...start, name }, identity, signal)) }
}

/** What must stay the same from page to page; the limit may change. */
function identityOf(query: ChangesQuery): readonly unknown[] {
  const { words, changedText, everyMention, author, path, since, until, ref, notIn } = query
  return ['changes', words, changedText, everyMention, author, path, since, until, ref, notIn]
}

/** `drop` says how many commits at the front of the answer belong to earlier pages. */
async function logArgs(
  git: Git,
  query: CheckedQuery,
  start: Place,
  without: string | undefined,
  limit: number,
  signal?: AbortSignal,
): Promise<{ readonly args: readonly string[]; readonly drop: number }> {
  const entry = query.path === '' ? undefined : await findEntry(git, start.sha, query.path, signal)
  // git follows renames of a single file only, and not while it looks into diffs.
  const follow = entry?.kind === 'file' && query.changedText === undefined
  // Where git decides by the diff, --skip counts commits that do not match, while --max-count does not.
  const drop = follow || query.pickaxe !== undefined ? start.skip : 0
  const args = [
    'log',
    ...commitFormat,
    ...safeDiffOptions,
    `--max-count=${drop + limit + 1}`,
    `--skip=${start.skip - drop}`,
    ...query.filters,
    ...(follow ? ['--follow'] : []),
    start.sha,
    ...(without === undefined ? [] : [`^${without}`]),
    '--',
    ...(query.path === '' ? [] : [query.path]),
  ]
  return { args, drop }
}

function toChange(commit: Commit, files: readonly ChangedFile[], matched: readonly string[]): Change {
  const { sha, shortSha, subject, author, email, committedAt, authoredAt, parents } = commit
  return {
    sha,
    shortSha,
    subject,
    author,
    email,
    date: committedAt,
    ...(Date.parse(authoredAt) !== Date.parse(committedAt) && { authoredAt }),
    ...(parents.length > 1 && { merge: true as const }),
    files: files.slice(0, maxFilesShown).map((file) => file.path),
    fileCount: files.length,
    matched,
  }
}

async function ending(
  git: Git,
  output: GitOutput,
  found: readonly Commit[],
  limit: number,
  start: Place,
  identity: unknown,
  signal?: AbortSignal,
): Promise<Pick<FoundChanges, 'next' | 'total' | 'note'>> {
  const skip = start.skip + Math.min(found.length, limit)
  if (found.length > limit || output.cut === 'bytes') return { next: encodeCursor({ ...start, skip }, identity) }
  if (output.cut === 'time') {
    const oldest = found.at(-1)?.committedAt.slice(0, 10) ?? ''
    return {
      note: `The search ran out of time. Older changes may match too: ask with until ${oldest}, a path or a shorter time.`,
    }
  }
  return { total: skip, ...((await isShallow(git, signal)) && { note: shallowNote }) }
}

const tooMuch = (): GitProblem =>
  new GitProblem(
    'timeout',
    'The search had to stop before it found anything. Name a path, an author or a shorter time.',
  )
