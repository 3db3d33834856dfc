import { isSha } from './safe-ref.ts'

export type ChangeKind = 'added' | 'deleted' | 'modified' | 'renamed' | 'copied' | 'type-changed'

export interface ChangedFile {
  readonly path: string
  /** Where a renamed or copied file came from. */
  readonly from?: string
  readonly change: ChangeKind
  /** Lines added and deleted; absent for binary files. */
  readonly additions?: number
  readonly deletions?: number
  readonly binary?: true
}

const kinds: Readonly<Record<string, ChangeKind>> = {
  A: 'added',
  D: 'deleted',
  M: 'modified',
  R: 'renamed',
  C: 'copied',
  T: 'type-changed',
}

/** Options that make `git diff-tree` write what `parseChangedFiles` reads. */
export const changedFilesFormat = ['-r', '-z', '--root', '--raw', '--numstat'] as const

/** By commit; a comparison of two trees has no commit line and goes under `''`. */
export function parseChangedFiles(stdout: Buffer): ReadonlyMap<string, readonly ChangedFile[]> {
  const found = new Map<string, Map<string, ChangedFile>>()
  const parts = stdout.toString().split('\0')
  // What follows the last NUL is empty, or cut off.
  parts.pop()
  let files = new Map<string, ChangedFile>()
  found.set('', files)
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at] ?? ''
    if (isSha(part)) {
      files = new Map()
      found.set(part, files)
    } else if (part.startsWith(':')) {
      const status = part.slice(part.lastIndexOf(' ') + 1)[0] ?? 'M'
      const from = status === 'R' || status === 'C' ? parts[++at] : undefined
      const path = parts[++at]
      if (path !== undefined)
        files.set(path, { path, ...(from !== undefined && { from }), change: kinds[status] ?? 'modified' })
    } else {
      const [added = '', deleted = '', rest = ''] = splitCounts(part)
      // A rename names no path here; its old and new path follow.
      const path = rest === '' ? parts[(at += 2)] : rest
      const file = files.get(path ?? '')
      if (file === undefined) continue
      const counts =
        added === '-' ? { binary: true as const } : { additions: Number(added), deletions: Number(deleted) }
      files.set(file.path, { ...file, ...counts })
    }
  }
  return new Map([...found].map(([sha, changed]) => [sha, [...changed.values()]]))
}

/** Only the first two tabs separate: a path may hold tabs itself. */
function splitCounts(part: string): readonly string[] {
  const first = part.indexOf('\t')
  const second = part.indexOf('\t', first + 1)
  return [part.slice(0, first), part.slice(first + 1, second), part.slice(second + 1)]
}

/** Whether a file is, was, lies in or came from a path; `''` is everything. */
export function touches(file: ChangedFile, path: string): boolean {
  return [file.path, file.from].some((one) => path === '' || one === path || one?.startsWith(`${path}/`))
}
