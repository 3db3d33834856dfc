import { Buffer } from 'node:buffer'
import { readdirSync } from 'node:fs'
import { type FileHandle, open, rename, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { AuditHead, AuditRecord, AuditSink } from '../audit/index.ts'
import { linkRecords, macAtOnce } from './link-records.ts'
import { readHeads, writeHeads } from './jsonl-heads.ts'
import { readLines } from './read-lines.ts'

/** Bounds of a log in files. */
export interface JsonlAuditOptions {
  /** Bytes after which the file is put away as `audit.jsonl.000001` and so on, and a new one begins; 64 MiB when left out. */
  readonly maxBytes?: number | undefined
  /** Most tenants; 1 000 when left out, since the last record of each is noted with every write. For more, use `sqliteAudit`. */
  readonly maxTenants?: number | undefined
}

/** An audit log in a file of lines. */
export interface JsonlAudit extends AuditSink, AsyncDisposable {
  readonly append: (records: readonly AuditRecord[], sealKey: Uint8Array<ArrayBuffer> | undefined) => Promise<void>
  readonly close: () => Promise<void>
}

/**
 * Keeps an audit log as lines of JSON, on the disk before anybody is told. Beside it stands `audit.jsonl.head`, which says where
 * each tenant's chain ends, so that an end that was cut off shows. The file may be rotated by others, too, by renaming it. One
 * process writes to it; several share a `sqliteAudit`.
 *
 * @param path The file; its folder must exist. Only its owner may read it. It is opened by the first record.
 * @throws RangeError for bounds below 1.
 * @example
 * const server = notes.server({ tools: { search }, use: [audit({ sink: jsonlAudit('audit.jsonl'), key: process.env.AUDIT_KEY })] })
 */
export function jsonlAudit(path: string, options: JsonlAuditOptions = {}): JsonlAudit {
  const { maxBytes = 67_108_864, maxTenants = 1_000 } = options
  for (const [name, value] of Object.entries({ maxBytes, maxTenants }))
    if (!(value >= 1)) throw new RangeError(`${name} must be at least 1; it is ${value}.`)
  let opened: Opened | undefined
  let last: Promise<void> = Promise.resolve()

  const close = async (): Promise<void> => {
    const file = opened?.file
    opened = undefined
    await file?.close()
  }

  /** The file at the path: whoever rotates it puts another one there, or none. */
  const take = async (): Promise<Opened> => {
    if (opened !== undefined) {
      const [own, there] = await Promise.all([opened.file.stat(), stat(path).catch(() => undefined)])
      if (there?.ino === own.ino && own.size === opened.size) return opened
      const heads = there?.ino === own.ino ? undefined : opened.heads
      await close()
      // It is read again when it is written to next.
      if (heads === undefined)
        throw new Error(`Somebody else writes to ${path}. Give each process a file of its own, or use sqliteAudit.`)
    }
    return (opened = await openLog(path))
  }

  const append = async (records: readonly AuditRecord[], sealKey: Uint8Array | undefined): Promise<void> => {
    let log = await take()
    const { lines, heads } = linkRecords(records, (tenant) => log.heads.get(tenant), sealKey)
    const added = [...heads.keys()].filter((tenant) => !log.heads.has(tenant)).length
    if (log.heads.size + added > maxTenants)
      throw new Error(`${path} has room for ${maxTenants} tenants. Use sqliteAudit, or a file for each of them.`)
    const text = Buffer.from(`${lines.map(({ line }) => line).join('\n')}\n`)
    if (log.size > 0 && log.size + text.length > maxBytes) {
      await close()
      await rename(path, nextName(path))
      log = opened = { ...(await openLog(path)), heads: log.heads }
    }
    await writeWhole(log, text)
    for (const [tenant, head] of heads) log.heads.set(tenant, head)
    // The records are kept: what is not noted now is noted with the next.
    await writeHeads(path, log).catch(() => {})
  }

  return {
    // One after the other, for each builds on what the one before has left.
    append: (records, sealKey) => {
      const appended = last.then(() => append(records, sealKey))
      last = appended.catch(() => {})
      return appended
    },
    mac: macAtOnce,
    close: () => last.then(close),
    [Symbol.asyncDispose]: () => last.then(close),
  }
}

interface Opened {
  readonly file: FileHandle
  readonly heads: Map<string, AuditHead>
  size: number
}

/** Opens the file to go on where it ends, or where its heads say that it ended: then what is missing shows for ever. */
async function openLog(path: string): Promise<Opened> {
  const file = await open(path, 'a+', 0o600)
  try {
    const { size } = await file.stat()
    const { heads, bytes } = await readHeads(path)
    for await (const line of readLines(path, bytes <= size ? bytes : 0)) advance(heads, line)
    const log: Opened = { file, heads, size }
    // A line that was cut off in the middle of being written stays as it is.
    if (size > 0 && !(await endsLine(file, size))) await writeWhole(log, Buffer.from('\n'))
    // Here it shows whether it can be written at all.
    await writeHeads(path, log)
    return log
  } catch (error) {
    await file.close()
    throw error
  }
}

function advance(heads: Map<string, AuditHead>, line: string): void {
  try {
    const { tenant, seq, hash } = JSON.parse(line) as Record<string, unknown>
    if (typeof tenant !== 'string' || typeof seq !== 'number' || typeof hash !== 'string') return
    if (seq > (heads.get(tenant)?.seq ?? 0)) heads.set(tenant, { seq, hash })
  } catch {
    // No record; whoever verifies the log is told.
  }
}

async function endsLine(file: FileHandle, size: number): Promise<boolean> {
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer[0] === 0x0a
}

/** Writes all of it and waits for the disk; what was written of it before it failed is taken back. */
async function writeWhole(log: Opened, bytes: Buffer): Promise<void> {
  try {
    await log.file.appendFile(bytes)
    await log.file.datasync()
  } catch (error) {
    await log.file.truncate(log.size).catch(() => {})
    throw error
  }
  log.size += bytes.length
}

const NUMBER = /^\.(\d{6,})$/

/** Files that were put away, oldest first. */
export function findRotated(path: string): readonly string[] {
  const [folder, name] = [dirname(path), basename(path)]
  return readdirSync(folder)
    .filter((other) => other.startsWith(name) && NUMBER.test(other.slice(name.length)))
    .toSorted((one, other) => one.length - other.length || (one < other ? -1 : 1))
    .map((other) => join(folder, other))
}

function nextName(path: string): string {
  const newest = findRotated(path).at(-1)?.split('.').at(-1) ?? '0'
  return `${path}.${String(Number(newest) + 1).padStart(6, '0')}`
}
