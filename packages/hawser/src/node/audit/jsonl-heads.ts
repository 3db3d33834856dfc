import { readFile, rename, writeFile } from 'node:fs/promises'
import type { AuditHead } from '../../audit/index.ts'

/** Where the chains of a file end, and how long the file was then. */
interface Heads {
  readonly heads: Map<string, AuditHead>
  readonly bytes: number
}

/** The note beside a file. */
export const headsOf = (path: string): string => `${path}.head`

/** Notes where the chains of a file end, in the place of what was noted before. */
export async function writeHeads(
  path: string,
  { heads, size }: { readonly heads: ReadonlyMap<string, AuditHead>; readonly size: number },
): Promise<void> {
  const text = JSON.stringify({ v: 1, bytes: size, heads: Object.fromEntries(heads) })
  const draft = `${headsOf(path)}.new`
  await writeFile(draft, `${text}\n`, { mode: 0o600 })
  await rename(draft, headsOf(path))
}

/** What was noted in a file; nothing where nothing was, or where it cannot be read any more. */
export async function readHeads(note: string): Promise<Heads> {
  const nothing: Heads = { heads: new Map(), bytes: 0 }
  const text = await readFile(note, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  })
  try {
    const { bytes, heads } = JSON.parse(text) as { readonly bytes: number; readonly heads: Record<string, AuditHead> }
    return { bytes, heads: new Map(Object.entries(heads)) }
  } catch {
    return nothing
  }
}
