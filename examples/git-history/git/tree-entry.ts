import type { Git } from './run-git.ts'
import { clipLine } from './clip.ts'
import { GitProblem } from './git-problem.ts'

export type EntryKind = 'file' | 'directory' | 'symlink' | 'submodule'

export interface TreeEntry {
  /** From the top of the repository. */
  readonly path: string
  readonly kind: EntryKind
  /** In bytes; only files and symlinks have one. */
  readonly size?: number
}

export interface FoundEntry extends TreeEntry {
  /** The sha of the blob, the tree, or the commit of a submodule. */
  readonly object: string
}

/** Reads `git ls-tree -z --long`; `folder` is put before each name. */
export function parseEntries(stdout: Buffer, folder = ''): readonly FoundEntry[] {
  const entries: FoundEntry[] = []
  for (const part of stdout.toString().split('\0')) {
    const [, mode, object = '', size, name = ''] = /^(\d{6}) \w+ ([0-9a-f]+) +(\d+|-|BAD)\t(.+)$/s.exec(part) ?? []
    if (mode === undefined) continue
    const path = folder === '' ? name : `${folder}/${name}`
    entries.push({ path, kind: kindOf(mode), object, ...(/^\d+$/.test(size ?? '') && { size: Number(size) }) })
  }
  return entries
}

/** What lies at a path of a commit, read from git objects; the root is a directory. */
export async function findEntry(
  git: Git,
  sha: string,
  path: string,
  signal?: AbortSignal,
): Promise<FoundEntry | undefined> {
  if (path === '') return { path, kind: 'directory', object: `${sha}^{tree}` }
  const { stdout } = await git.run(['ls-tree', '-z', '--long', '--full-tree', sha, '--', path], { signal })
  return parseEntries(stdout).find((entry) => entry.path === path)
}

/** Like `findEntry`, but throws `unknown_path` with files of a similar name. */
export async function getEntry(git: Git, sha: string, path: string, signal?: AbortSignal): Promise<FoundEntry> {
  const entry = await findEntry(git, sha, path, signal)
  if (entry !== undefined) return entry
  const { stdout } = await git.run(['ls-tree', '-r', '-z', '--name-only', '--full-tree', sha], { signal })
  const wanted = lastStep(path).toLowerCase()
  const similar = stdout
    .toString()
    .split('\0')
    .filter((other) => lastStep(other).toLowerCase() === wanted)
  const named = similar.slice(0, 3).map((other) => clipLine(other))
  const advice =
    named.length > 0 ? `Did you mean ${named.join(' or ')}?` : 'List the files, or look at an older commit.'
  throw new GitProblem(
    'unknown_path',
    `There is no ${JSON.stringify(clipLine(path))} at ${sha.slice(0, 10)}. ${advice}`,
  )
}

const lastStep = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

function kindOf(mode: string): EntryKind {
  if (mode === '040000') return 'directory'
  if (mode === '120000') return 'symlink'
  return mode === '160000' ? 'submodule' : 'file'
}
