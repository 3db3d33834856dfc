import type { ChangedFile } from './changed-files.ts'
import type { Git } from './run-git.ts'
import { checkCount } from './check-count.ts'
import { clipLine } from './clip.ts'
import { commitFormat, parseCommits, type Commit } from './commits.ts'
import { pathsOf, readChangedFiles, readPatch, type Patch } from './patch.ts'
import { checkPath } from './safe-path.ts'
import { isSha, noCommitsNote, resolveRef } from './safe-ref.ts'
import { isShallow, shallowNote } from './shallow.ts'

export interface PointsQuery {
  /** The older point, such as main or v1.0. */
  readonly base: string
  /** The newer point. Default HEAD. */
  readonly head?: string
  /** Compare only what lies there, and show the patch. */
  readonly path?: string
  /** Commits to list per side, 1 to 100. Default 20. */
  readonly limit?: number
}

export interface PointAuthor {
  readonly author: string
  readonly email: string
  readonly commits: number
}

export type CommitLine = Pick<Commit, 'sha' | 'shortSha' | 'subject' | 'author'> & { readonly date: string }

export interface ComparedPoints {
  /** Shas; absent in a repository without commits. */
  readonly base?: string
  readonly head?: string
  /** Where the two parted; absent when they share no history. */
  readonly mergeBase?: string
  /** Commits of head that base lacks, and the reverse. */
  readonly ahead: number
  readonly behind: number
  /** The newest of those ahead and behind. */
  readonly commits: readonly CommitLine[]
  readonly behindCommits: readonly CommitLine[]
  /** Who wrote the commits ahead: the 20 with the most, of the newest 5000 commits. */
  readonly authors: readonly PointAuthor[]
  /** What head changed since the two parted. Of more than 100, those with the most changed lines. */
  readonly files: readonly ChangedFile[]
  readonly fileCount: number
  readonly additions: number
  readonly deletions: number
  /** Only when a path was asked for; at most 300 lines. */
  readonly patch?: Patch
  readonly note?: string
}

const maxFiles = 100
const maxAuthors = 20

/**
 * What lies between two points of the history.
 *
 * ```ts
 * const { ahead, files } = await comparePoints(git, { base: 'v1.0', head: 'main' })
 * ```
 *
 * Throws `GitProblem`: `unsafe_ref`, `unknown_ref`, `unsafe_path`, `bad_argument`, `timeout`.
 */
export async function comparePoints(git: Git, query: PointsQuery, signal?: AbortSignal): Promise<ComparedPoints> {
  const path = checkPath(query.path ?? '') || undefined
  const limit = checkCount('limit', query.limit, 20, 100)
  const base = await resolveRef(git, query.base, signal)
  const head = await resolveRef(git, query.head ?? 'HEAD', signal)
  if (base === undefined || head === undefined) return { ...nothing, note: noCommitsNote }

  const merge = await git.run(['merge-base', base, head], { signal, okCodes: [0, 1] })
  const found = merge.stdout.toString().trim()
  const mergeBase = isSha(found) ? found : undefined
  const span = { from: mergeBase ?? base, to: head, path }
  const changed = await readChangedFiles(git, span, signal)
  const paths = pathsOf(span, changed.files)
  const [[behind, ahead], commits, behindCommits, authors] = await Promise.all([
    countSides(git, base, head, paths, signal),
    newest(git, head, base, paths, limit, signal),
    newest(git, base, head, paths, limit, signal),
    countAuthors(git, head, base, paths, signal),
  ])
  const patch = path === undefined ? undefined : await readPatch(git, span, changed.files, 300, signal)
  const cutOff = mergeBase === undefined && (await isShallow(git, signal))
  const notes = [
    base === head && 'Both name the same commit.',
    ahead === 0 &&
      behind > 0 &&
      path === undefined &&
      'Head is older than base: exchange them to see what lies between.',
    mergeBase === undefined && 'The two share no history here, so the files are compared directly.',
    cutOff && shallowNote,
    ahead > commits.length && `The newest ${commits.length} of ${ahead} commits are listed.`,
    changed.fileCount > maxFiles &&
      `Of ${changed.fileCount} files, the ${maxFiles} with the most changed lines are listed; a path narrows them.`,
  ].filter((note) => note !== false)
  return {
    ...changed,
    base,
    head,
    ...(mergeBase !== undefined && { mergeBase }),
    ahead,
    behind,
    commits,
    behindCommits,
    authors,
    files: mostChanged(changed.files),
    ...(patch !== undefined && { patch }),
    ...(notes.length > 0 && { note: notes.join(' ') }),
  }
}

const nothing = {
  ahead: 0,
  behind: 0,
  commits: [],
  behindCommits: [],
  authors: [],
  files: [],
  fileCount: 0,
  additions: 0,
  deletions: 0,
} as const

/** All of them in git's order, if there are not too many. */
function mostChanged(files: readonly ChangedFile[]): readonly ChangedFile[] {
  const linesOf = ({ additions = 0, deletions = 0 }: ChangedFile): number => additions + deletions
  if (files.length <= maxFiles) return files
  return files.toSorted((one, other) => linesOf(other) - linesOf(one)).slice(0, maxFiles)
}

async function countSides(
  git: Git,
  left: string,
  right: string,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<readonly [number, number]> {
  const args = ['rev-list', '--count', '--left-right', `${left}...${right}`, '--', ...paths]
  const { stdout } = await git.run(args, { signal })
  const [onLeft, onRight] = stdout.toString().split('\t')
  return [Number(onLeft), Number(onRight)]
}

async function newest(
  git: Git,
  of: string,
  without: string,
  paths: readonly string[],
  limit: number,
  signal?: AbortSignal,
): Promise<readonly CommitLine[]> {
  const args = ['log', `--max-count=${limit}`, ...commitFormat, of, `^${without}`, '--', ...paths]
  const { stdout } = await git.run(args, { signal })
  return parseCommits(stdout).map(({ sha, shortSha, subject, author, committedAt }) => ({
    sha,
    shortSha,
    subject,
    author,
    date: committedAt,
  }))
}

async function countAuthors(
  git: Git,
  of: string,
  without: string,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<readonly PointAuthor[]> {
  const format = ['-z', '--format=%aN%x00%aE', '--encoding=UTF-8', '--use-mailmap', '--no-show-signature', '--no-patch']
  const args = ['log', '--max-count=5000', ...format, of, `^${without}`, '--', ...paths]
  const { stdout } = await git.run(args, { signal })
  const parts = stdout.toString().split('\0')
  const counted = new Map<string, PointAuthor>()
  for (let at = 0; at + 2 < parts.length; at += 2) {
    const [author = '', email = ''] = parts.slice(at, at + 2).map((part) => clipLine(part, 100))
    const key = `${author}\0${email}`
    counted.set(key, { author, email, commits: (counted.get(key)?.commits ?? 0) + 1 })
  }
  return [...counted.values()].sort((one, other) => other.commits - one.commits).slice(0, maxAuthors)
}
