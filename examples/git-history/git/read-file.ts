import type { Git } from './run-git.ts'
import { checkCount } from './check-count.ts'
import { listFiles, type FileList } from './list-files.ts'
import { mediaType } from './media-type.ts'
import { GitProblem } from './git-problem.ts'
import { checkPath } from './safe-path.ts'
import { checkRef, noCommitsNote, resolveRef } from './safe-ref.ts'
import { getEntry } from './tree-entry.ts'

export interface FileQuery {
  /** Default HEAD. */
  readonly ref?: string
  readonly path: string
  /** First line to return, from 1. Text files only. */
  readonly startLine?: number
  /** Most bytes to return, 1 to 1 048 576. Default 262 144. */
  readonly maxBytes?: number
}

interface Located {
  /** The commit it was read at. */
  readonly sha: string
  readonly path: string
  readonly note?: string
}

export interface TextFile extends Located {
  readonly kind: 'text'
  readonly mediaType: string
  /** Bytes of the whole file. */
  readonly size: number
  readonly text: string
  readonly startLine: number
  /** Where to go on reading; absent at the end of the file. */
  readonly nextLine?: number
}

export interface BinaryFile extends Located {
  readonly kind: 'binary'
  readonly mediaType: string
  readonly size: number
  /** Absent when the file is larger than `maxBytes`. */
  readonly base64?: string
}

/** The link's text. It is never followed. */
export interface SymbolicLink extends Located {
  readonly kind: 'symlink'
  readonly target: string
}

export interface Submodule extends Located {
  readonly kind: 'submodule'
  /** The commit of the other repository. */
  readonly commit: string
}

export type ReadFile = TextFile | BinaryFile | SymbolicLink | Submodule | ({ readonly kind: 'directory' } & FileList)

const maxBlobBytes = 8 * 1024 * 1024

/**
 * What lies at a path of a commit, from git objects and never from the disk.
 *
 * ```ts
 * const file = await readFile(git, { ref: 'v1.0', path: 'README.md' })
 * if (file.kind === 'text') console.log(file.text)
 * ```
 *
 * Throws `GitProblem`: `unsafe_ref`, `unknown_ref`, `unsafe_path`, `unknown_path`, `bad_argument`.
 */
export async function readFile(git: Git, query: FileQuery, signal?: AbortSignal): Promise<ReadFile> {
  const path = checkPath(query.path)
  const ref = checkRef(query.ref ?? 'HEAD')
  const startLine = checkCount('startLine', query.startLine, 1, 10_000_000)
  const maxBytes = checkCount('maxBytes', query.maxBytes, 256 * 1024, 1024 * 1024)
  const sha = await resolveRef(git, ref, signal)
  if (sha === undefined && path !== '') throw new GitProblem('unknown_path', noCommitsNote)
  if (sha === undefined) return { kind: 'directory', path, entries: [], total: 0, note: noCommitsNote }

  const entry = await getEntry(git, sha, path, signal)
  if (entry.kind === 'directory') return { kind: 'directory', ...(await listFiles(git, { ref: sha, path }, signal)) }
  if (entry.kind === 'submodule') return { kind: 'submodule', sha, path, commit: entry.object }

  const { stdout: bytes } = await git.run(['cat-file', 'blob', entry.object], { signal, maxBytes: maxBlobBytes })
  if (entry.kind === 'symlink') return { kind: 'symlink', sha, path, target: bytes.toString() }
  const size = entry.size ?? bytes.length
  if (!isBinary(bytes))
    return {
      kind: 'text',
      sha,
      path,
      mediaType: mediaType(path, false),
      size,
      ...cutText(bytes, size, startLine, maxBytes),
    }
  const binary = { kind: 'binary', sha, path, mediaType: mediaType(path, true), size } as const
  if (size <= maxBytes) return { ...binary, base64: bytes.toString('base64') }
  return { ...binary, note: `The file has ${size} bytes; at most ${maxBytes} are returned.` }
}

/** git's own rule: a NUL among the first 8000 bytes. */
export const isBinary = (bytes: Uint8Array): boolean => bytes.subarray(0, 8000).includes(0)

type CutText = Pick<TextFile, 'text' | 'startLine' | 'nextLine' | 'note'>

function cutText(bytes: Buffer, size: number, startLine: number, maxBytes: number): CutText {
  const { text, note } = decode(bytes)
  if (startLine === 1 && size <= maxBytes) return { text, startLine, ...(note && { note }) }
  const lines = text.split(/(?<=\n)/)
  if (startLine > Math.max(1, lines.length)) {
    throw new GitProblem(
      'bad_argument',
      `Expected startLine to be at most ${lines.length}, the last line, but got ${startLine}.`,
    )
  }
  let end = startLine - 1
  let room = maxBytes
  while (end < lines.length && Buffer.byteLength(lines[end] ?? '') <= room)
    room -= Buffer.byteLength(lines[end++] ?? '')
  if (end < startLine && end < lines.length) {
    const start = Buffer.from(lines[end] ?? '').subarray(0, maxBytes)
    const longNote = `Line ${startLine} is longer than ${maxBytes} bytes and was cut.`
    return {
      text: new TextDecoder().decode(start, { stream: true }),
      startLine,
      note: longNote,
      ...nextAfter(end + 1, lines.length),
    }
  }
  const sizeNote =
    size > bytes.length && end === lines.length ? `Only the first ${bytes.length} bytes can be read.` : note
  return {
    text: lines.slice(startLine - 1, end).join(''),
    startLine,
    ...nextAfter(end, lines.length),
    ...(sizeNote && { note: sizeNote }),
  }
}

const nextAfter = (end: number, total: number): { nextLine?: number } => (end < total ? { nextLine: end + 1 } : {})

function decode(bytes: Buffer): { text: string; note?: string } {
  try {
    // Streaming leaves out a character that the byte limit has torn.
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true }) }
  } catch {
    const note = 'The file is not UTF-8; it was read as windows-1252.'
    return { text: new TextDecoder('windows-1252').decode(bytes), note }
  }
}
