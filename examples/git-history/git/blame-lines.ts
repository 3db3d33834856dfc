import type { Git } from './run-git.ts'
import { checkCount } from './check-count.ts'
import { clipLine } from './clip.ts'
import { commitFormat, parseCommits, type Commit } from './commits.ts'
import { GitProblem } from './git-problem.ts'
import { parseBlame, type Blame, type BlamedRange } from './parse-blame.ts'
import { isBinary } from './read-file.ts'
import { checkPath } from './safe-path.ts'
import { noCommitsNote, resolveRef } from './safe-ref.ts'
import { isShallow, shallowNote } from './shallow.ts'
import { getEntry } from './tree-entry.ts'

export interface LinesQuery {
  readonly path: string
  /** Default HEAD. */
  readonly ref?: string
  /** From 1. Default 1. */
  readonly startLine?: number
  /** Included. Default the end of the file; at most 400 lines are looked at. */
  readonly endLine?: number
}

/** One commit that last touched some of the lines. */
export interface LineGroup {
  readonly commit: Commit
  readonly lines: number
  readonly ranges: readonly BlamedRange[]
}

export interface BlamedLines {
  /** The commit the file was read at; absent in a repository without commits. */
  readonly sha?: string
  readonly path: string
  readonly startLine: number
  readonly endLine: number
  readonly totalLines: number
  /** In the order of their first line. */
  readonly groups: readonly LineGroup[]
  /** Ask again with this `startLine` for the lines that follow. */
  readonly nextLine?: number
  readonly note?: string
}

const maxLines = 400
const maxFileBytes = 8 * 1024 * 1024

/**
 * Who last touched the lines of a file, and why: the commits behind them with their messages.
 *
 * ```ts
 * const { groups } = await blameLines(git, { path: 'src/index.ts', startLine: 10, endLine: 20 })
 * ```
 *
 * Throws `GitProblem`: `unsafe_ref`, `unknown_ref`, `unsafe_path`, `unknown_path`, `bad_argument`, `too_large`, `timeout`.
 */
export async function blameLines(git: Git, query: LinesQuery, signal?: AbortSignal): Promise<BlamedLines> {
  const path = checkPath(query.path)
  const startLine = checkCount('startLine', query.startLine, 1, 10_000_000)
  const lastLine = checkCount('endLine', query.endLine, Infinity, 10_000_000, startLine)
  const sha = await resolveRef(git, query.ref ?? 'HEAD', signal)
  if (sha === undefined) return { path, startLine, endLine: 0, totalLines: 0, groups: [], note: noCommitsNote }

  const totalLines = await countLines(git, sha, path, signal)
  if (totalLines === 0) return { sha, path, startLine, endLine: 0, totalLines, groups: [], note: 'The file is empty.' }
  if (startLine > totalLines) {
    throw new GitProblem(
      'bad_argument',
      `Expected startLine to be at most ${totalLines}, the last line, but got ${startLine}.`,
    )
  }
  const wantedEnd = Math.min(lastLine, totalLines)
  const endLine = Math.min(wantedEnd, startLine + maxLines - 1)
  // `blame.ignoreRevsFile` may name any file of this machine.
  const options = ['--porcelain', '--no-textconv', '--no-ignore-revs-file', '-L', `${startLine},${endLine}`]
  const { stdout } = await git.run(['blame', ...options, sha, '--', path], { signal })
  const blamed = parseBlame(stdout)
  const groups = await groupByCommit(git, blamed, signal)
  const cutOff = blamed.some(({ range: own }) => own.boundary) && (await isShallow(git, signal))
  return {
    sha,
    path,
    startLine,
    endLine,
    totalLines,
    groups,
    ...(endLine < wantedEnd && { nextLine: endLine + 1 }),
    ...(cutOff && { note: `${shallowNote} Some of these lines are older than the commit they are shown with.` }),
  }
}

async function countLines(git: Git, sha: string, path: string, signal?: AbortSignal): Promise<number> {
  const entry = await getEntry(git, sha, path, signal)
  const shown = JSON.stringify(clipLine(path))
  if (entry.kind !== 'file') throw new GitProblem('unknown_path', `Expected a file, but ${shown} is a ${entry.kind}.`)
  if ((entry.size ?? 0) > maxFileBytes) {
    throw new GitProblem('too_large', `${shown} has more than ${maxFileBytes} bytes. Look for changes by path instead.`)
  }
  const { stdout } = await git.run(['cat-file', 'blob', entry.object], { signal, maxBytes: maxFileBytes })
  if (isBinary(stdout))
    throw new GitProblem('bad_argument', `${shown} is binary and has no lines. Look for changes by path instead.`)
  let newlines = 0
  for (let at = stdout.indexOf(10); at !== -1; at = stdout.indexOf(10, at + 1)) newlines += 1
  return stdout.length > 0 && stdout.at(-1) !== 10 ? newlines + 1 : newlines
}

async function groupByCommit(git: Git, blamed: readonly Blame[], signal?: AbortSignal): Promise<readonly LineGroup[]> {
  const ranges = Map.groupBy(blamed, (one) => one.sha)
  const input = `${[...ranges.keys()].join('\n')}\n`
  const { stdout } = await git.run(['log', '--no-walk=unsorted', '--stdin', ...commitFormat], { signal, input })
  const commits = new Map(parseCommits(stdout).map((commit) => [commit.sha, commit]))
  return [...ranges].flatMap(([sha, own]) => {
    const commit = commits.get(sha)
    if (commit === undefined) return []
    const lines = own.reduce((sum, { range }) => sum + range.endLine - range.startLine + 1, 0)
    return [{ commit, lines, ranges: own.map(({ range }) => range) }]
  })
}
