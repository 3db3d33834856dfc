import type { Git } from './run-git.ts'
import { checkCount, checkText } from './check-count.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { GitProblem } from './git-problem.ts'
import { checkPath } from './safe-path.ts'
import { checkRef, noCommitsNote, resolveRef } from './safe-ref.ts'
import { getEntry, parseEntries, type TreeEntry } from './tree-entry.ts'

export interface FilesQuery {
  /** Default HEAD. */
  readonly ref?: string
  /** A directory. Default the top. */
  readonly path?: string
  /** All files below instead of one level. */
  readonly recursive?: boolean
  /** Only paths that contain this text, upper and lower case alike. Looks at all files below. */
  readonly match?: string
  /** 1 to 1000. Default 200. */
  readonly limit?: number
  readonly cursor?: string
}

export interface FileList {
  /** The commit; absent in a repository without commits. */
  readonly sha?: string
  readonly path: string
  readonly entries: readonly TreeEntry[]
  readonly total: number
  /** Give it back as `cursor` for the next page. */
  readonly next?: string
  readonly note?: string
}

const maxListBytes = 16 * 1024 * 1024

/**
 * The files of a directory at a commit, in git's order.
 *
 * ```ts
 * await listFiles(git, { path: 'src', match: '.test.ts' })
 * ```
 *
 * Throws `GitProblem`: `unsafe_ref`, `unknown_ref`, `unsafe_path`, `unknown_path`, `bad_argument`, `bad_cursor`.
 */
export async function listFiles(git: Git, query: FilesQuery, signal?: AbortSignal): Promise<FileList> {
  const path = checkPath(query.path ?? '')
  const ref = checkRef(query.ref ?? 'HEAD')
  const limit = checkCount('limit', query.limit, 200, 1000)
  const match = query.match === undefined ? undefined : checkText('match', query.match).toLowerCase()
  const recursive = query.recursive === true || match !== undefined
  const asked = ['files', ref, path, recursive, match]
  const place = query.cursor === undefined ? undefined : decodeCursor(query.cursor, asked)
  const sha = place?.sha ?? (await resolveRef(git, ref, signal))
  if (sha === undefined) return { path, entries: [], total: 0, note: noCommitsNote }

  const folder = await getEntry(git, sha, path, signal)
  if (folder.kind !== 'directory') {
    throw new GitProblem(
      'unknown_path',
      `Expected a directory, but ${JSON.stringify(path)} is a ${folder.kind}. Read it instead.`,
    )
  }
  const args = ['ls-tree', '-z', '--long', '--full-tree', ...(recursive ? ['-r'] : []), folder.object]
  const { stdout, cut } = await git.run(args, { signal, maxBytes: maxListBytes })
  const all = parseEntries(stdout, path)
  const chosen = match === undefined ? all : all.filter((entry) => entry.path.toLowerCase().includes(match))
  const skip = place?.skip ?? 0
  const end = skip + limit
  return {
    sha,
    path,
    entries: chosen
      .slice(skip, end)
      .map(({ path: name, kind, size }) => ({ path: name, kind, ...(size !== undefined && { size }) })),
    total: chosen.length,
    ...(end < chosen.length && { next: encodeCursor({ sha, skip: end, now: 0 }, asked) }),
    ...(cut !== undefined && { note: 'There are more files than can be listed. Name a directory further down.' }),
  }
}
