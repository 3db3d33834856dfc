import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { Buffer } from 'node:buffer'
import type { AuditHead, AuditSource } from '../../audit/index.ts'
import { findRotated } from './jsonl-store.ts'
import { readHeads } from './jsonl-heads.ts'
import { readLines } from './read-lines.ts'

const SQLITE = 'SQLite format 3\0'

/**
 * Opens an audit log for reading: a file of `sqliteAudit`, or of `jsonlAudit` with those that were put away beside it. Files that
 * others rotated are named one by one, oldest first. Nothing is written, and whoever writes goes on.
 *
 * @throws Error when a file cannot be read.
 * @example
 * const { problems } = await verifyAudit(await openAudit('audit.jsonl'), { key: process.env.AUDIT_KEY })
 */
export async function openAudit(...paths: readonly [string, ...string[]]): Promise<AuditSource> {
  const [first] = paths
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
  const files = paths.length > 1 ? paths : [...findRotated(first), first]
  return {
    lines: async function* () {
      for (const file of files) yield* readLines(file)
    },
    heads: async () => {
      const noted = await Promise.all(files.map(async (file) => [...(await readHeads(file)).heads]))
      return new Map<string, AuditHead>(noted.flat())
    },
  }
}

function isSqlite(path: string): boolean {
  if (!existsSync(path)) throw new Error(`There is no file ${path}.`)
  const file = openSync(path, 'r')
  try {
    const start = Buffer.alloc(SQLITE.length)
    return readSync(file, start, 0, start.length, 0) === start.length && start.toString('latin1') === SQLITE
  } finally {
    closeSync(file)
  }
}
