import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { Buffer } from 'node:buffer'
import { join } from 'node:path'
import type { AuditHead, AuditSource } from '../../audit/index.ts'
import { findRotated } from './jsonl-store.ts'
import { headsOf, readHeads } from './jsonl-heads.ts'
import { readLines } from './read-lines.ts'

const SQLITE = 'SQLite format 3\0'

/**
 * Opens an audit log for reading: a file of `sqliteAudit`, or of `jsonlAudit` with those that were put away beside it, or a folder with a
 * copy of what `keepAudit` of Workers has put into a bucket. Files that others rotated are named one by one, oldest first. Nothing is
 * written, and whoever writes goes on.
 *
 * @throws Error when a file cannot be read, or a folder holds no log.
 * @example
 * const { problems } = await verifyAudit(await openAudit('audit.jsonl'), { key: process.env.AUDIT_KEY })
 */
export async function openAudit(...paths: readonly [string, ...string[]]): Promise<AuditSource> {
  if (paths.every(isSqlite)) {
    const { readSqliteAudit } = await import('./read-sqlite-audit.ts')
    const sources = paths.map(readSqliteAudit)
    return {
      lines: async function* () {
        for (const source of sources) yield* source.lines()
      },
      heads: () => new Map(sources.flatMap(({ heads }) => [...heads()])),
    }
  }
  const logs = paths.map((path) => {
    if (isFolder(path)) return { files: listFolder(path), heads: join(path, 'head.json') }
    return { files: paths.length > 1 ? [path] : [...findRotated(path), path], heads: headsOf(path) }
  })
  return {
    lines: async function* () {
      for (const { files } of logs) for (const file of files) yield* readLines(file)
    },
    heads: async () => {
      const noted = await Promise.all(logs.map(async ({ heads }) => [...(await readHeads(heads)).heads]))
      return new Map<string, AuditHead>(noted.flat())
    },
  }
}

const isFolder = (path: string): boolean => statSync(path).isDirectory()

/** The files of a bucket, whose names sort as they were written. */
function listFolder(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'))
  if (files.length === 0) throw new Error(`There is no file ….jsonl in the folder ${folder}.`)
  return files.toSorted().map((name) => join(folder, name))
}

function isSqlite(path: string): boolean {
  if (!existsSync(path)) throw new Error(`There is no file ${path}.`)
  if (isFolder(path)) return false
  const file = openSync(path, 'r')
  try {
    const start = Buffer.alloc(SQLITE.length)
    return readSync(file, start, 0, start.length, 0) === start.length && start.toString('latin1') === SQLITE
  } finally {
    closeSync(file)
  }
}
