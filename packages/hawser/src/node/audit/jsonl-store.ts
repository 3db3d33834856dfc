import { Buffer } from 'node:buffer'
import { readdirSync } from 'node:fs'
import { type FileHandle, open, rename, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { AuditHead } from '../../audit/sink.ts'
import type { AuditBatch, AuditStore } from './store.ts'
import { linkRecords } from './link-records.ts'
import { headsOf, readHeads, writeHeads } from './jsonl-heads.ts'
import { readLines } from './read-lines.ts'

/** Where the lines are kept, and the bounds. */
export interface JsonlPlace {
  readonly kind: 'jsonl'
  readonly path: string
  readonly maxBytes: number
  readonly maxTenants: number
}

/** Keeps records as lines of a file, in whatever thread this is called. The file is opened by the first record. */
export function createJsonlStore({ path, maxBytes, maxTenants }: JsonlPlace): AuditStore {
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

  const append = async (batch: AuditBatch): Promise<void> => {
    let log = await take()
    const { bytes, heads } = linkRecords(batch, (tenant) => log.heads.get(tenant))
    const added = [...heads.keys()].filter((tenant) => !log.heads.has(tenant)).length
    if (log.heads.size + added > maxTenants)
      throw new Error(`${path} has room for ${maxTenants} tenants. Use sqliteAudit, or a file for each of them.`)
    if (log.size > 0 && log.size + bytes.length > maxBytes) {
      await close()
      await rename(path, nextName(path))
      log = opened = { ...(await openLog(path)), heads: log.heads }
    }
    await writeWhole(log, bytes)
    for (const [tenant, head] of heads) log.heads.set(tenant, head)
    // The records are kept: what is not noted now is noted with the next.
    await writeHeads(path, log).catch(() => {})
  }

  return {
    // One after the other, for each builds on what the one before has left.
    append: (batch) => {
      const appended = last.then(() => append(batch))
      last = appended.catch(() => {})
      return appended
    },
    close: () => last.then(close),
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
    const { heads, bytes } = await readHeads(headsOf(path))
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
async function writeWhole(log: Opened, bytes: Uint8Array): Promise<void> {
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
