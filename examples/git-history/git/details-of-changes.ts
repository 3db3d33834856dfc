import type { CheckedQuery } from './changes-query.ts'
import type { Commit } from './commits.ts'
import type { Git } from './run-git.ts'
import { changedFilesFormat, parseChangedFiles, type ChangedFile } from './changed-files.ts'
import { clipLine } from './clip.ts'
import { isSha } from './safe-ref.ts'
import { safeDiffOptions } from './safe-settings.ts'

/** Details are worth a few seconds; past them the answer goes out without. */
const detailLimits = { partial: true, timeoutMs: 5000 } as const
const maxLinesShown = 3

/** The files of each commit, against its first parent. */
export async function filesOf(
  git: Git,
  commits: readonly Commit[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, readonly ChangedFile[]>> {
  if (commits.length === 0) return new Map()
  const args = ['diff-tree', '--stdin', ...changedFilesFormat, ...safeDiffOptions]
  const { stdout } = await git.run(args, { ...detailLimits, signal, input: commitsWithParent(commits) })
  return parseChangedFiles(stdout)
}

/** The first changed lines of each commit that hold the text asked for, as `path: + line`. */
export async function linesOf(
  git: Git,
  commits: readonly Commit[],
  query: CheckedQuery,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (query.pickaxe === undefined || query.changedText === undefined || commits.length === 0) return new Map()
  const filters = ['--regexp-ignore-case', query.pickaxe]
  const args = ['diff-tree', '--stdin', '--root', '-r', '--patch', '-U0', ...safeDiffOptions, ...filters, '--']
  const paths = query.path === '' ? [] : [query.path]
  const { stdout } = await git.run([...args, ...paths], { ...detailLimits, signal, input: commitsWithParent(commits) })
  return parseLines(stdout.toString(), query.changedText.toLowerCase())
}

/** `diff-tree --stdin` takes the second sha of a line as the only parent. */
const commitsWithParent = (commits: readonly Commit[]): string =>
  commits.map(({ sha, parents }) => `${[sha, ...parents.slice(0, 1)].join(' ')}\n`).join('')

function parseLines(patches: string, wanted: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  let lines: string[] = []
  let path = ''
  let inHeader = true
  for (const line of patches.split('\n')) {
    if (isSha(line)) {
      lines = []
      found.set(line, lines)
    } else if (line.startsWith('diff --git ')) {
      inHeader = true
    } else if (line.startsWith('@@')) {
      inHeader = false
    } else if (inHeader) {
      // The new path, or the old one of a deleted file; git puts a tab behind a path with spaces.
      const [, name] = /^(?:---|\+\+\+) [ab]\/(.*?)\t?$/.exec(line) ?? []
      path = name ?? path
    } else if (lines.length < maxLinesShown && line.slice(1).toLowerCase().includes(wanted)) {
      lines.push(clipLine(`${path}: ${line[0]} ${line.slice(1).trim()}`))
    }
  }
  return found
}
