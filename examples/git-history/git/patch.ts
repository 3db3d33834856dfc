import type { ChangedFile } from './changed-files.ts'
import type { Git } from './run-git.ts'
import { changedFilesFormat, parseChangedFiles, touches } from './changed-files.ts'
import { clipLine, clipText } from './clip.ts'
import { safeDiffOptions } from './safe-settings.ts'

/** What lies between two commits, as files. Both shas are resolved; without `from` all of `to` is new. */
export interface Span {
  readonly from?: string
  readonly to: string
  /** A file or directory; a file that was renamed out of or into it counts. */
  readonly path?: string
}

export interface ChangedFiles {
  readonly files: readonly ChangedFile[]
  readonly fileCount: number
  readonly additions: number
  readonly deletions: number
}

export interface Patch {
  /** A unified diff. */
  readonly text: string
  readonly lines: number
  readonly cut: boolean
  /** How to see what was cut. */
  readonly hint?: string
}

const maxPatchBytes = 512 * 1024
const maxLineLength = 500

/** Every file the span changes, with counted lines. At most 4 MiB of file names are looked at. */
export async function readChangedFiles(git: Git, span: Span, signal?: AbortSignal): Promise<ChangedFiles> {
  const args = ['diff-tree', ...changedFilesFormat, ...safeDiffOptions, ...trees(span), '--']
  const { stdout } = await git.run(args, { signal })
  const all = parseChangedFiles(stdout).get('') ?? []
  // git would show a rename as an added file if it looked at one of the two paths only.
  const files = span.path === undefined ? all : all.filter((file) => touches(file, span.path ?? ''))
  return {
    files,
    fileCount: files.length,
    additions: files.reduce((sum, file) => sum + (file.additions ?? 0), 0),
    deletions: files.reduce((sum, file) => sum + (file.deletions ?? 0), 0),
  }
}

/** The path and where its renamed files came from, as pathspecs: at most 100, none when everything is meant. */
export function pathsOf(span: Span, files: readonly ChangedFile[]): readonly string[] {
  if (span.path === undefined) return []
  return [...new Set([span.path, ...files.flatMap((file) => [file.path, file.from ?? file.path])])].slice(0, 100)
}

/** The unified diff of the span, at most `maxLines` lines; a hint names the files that were cut off. */
export async function readPatch(
  git: Git,
  span: Span,
  files: readonly ChangedFile[],
  maxLines: number,
  signal?: AbortSignal,
): Promise<Patch> {
  const args = ['diff-tree', '--patch', '-U3', ...safeDiffOptions, ...trees(span), '--', ...pathsOf(span, files)]
  const { stdout, cut } = await git.run(args, { signal, maxBytes: maxPatchBytes })
  const all = clipText(stdout.toString(), maxPatchBytes).replace(/\n$/, '').split('\n')
  if (cut !== undefined) all.pop()
  const shown = all.slice(0, maxLines)
  const lines = stdout.length === 0 ? [] : shown.map((line) => clipLineKeepingTabs(line))
  const isCut = cut !== undefined || all.length > shown.length
  return {
    text: lines.join('\n'),
    lines: lines.length,
    cut: isCut,
    ...(isCut && { hint: cutHint(shown, files) }),
  }
}

const trees = (span: Span): readonly string[] =>
  span.from === undefined ? ['--root', '--no-commit-id', span.to] : [span.from, span.to]

const clipLineKeepingTabs = (line: string): string =>
  line.length <= maxLineLength ? line : clipText(line, maxLineLength)

function cutHint(shown: readonly string[], files: readonly ChangedFile[]): string {
  const started = shown.filter((line) => line.startsWith('diff --git ')).length
  const rest = files.slice(Math.max(0, started - 1))
  const after = `Cut after ${shown.length} lines.`
  if (files.length === 1) return `${after} Ask for more lines, or read the file at both commits.`
  const named = rest.slice(0, 5).map((file) => clipLine(file.path))
  const more = rest.length > named.length ? ` and ${rest.length - named.length} more` : ''
  return `${after} Ask again with one path to see the rest: ${named.join(', ')}${more}.`
}
