import { type Dirent, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, join, relative, sep } from 'node:path'
import { MAX_TEXT, MAX_TITLE } from './note.ts'
import type { SqlNotes } from './sql-notes.ts'

/** What became of the files of a folder. */
export interface Imported {
  readonly added: number
  readonly changed: number
  readonly same: number
  /** Files that were left out, with the reason. */
  readonly skipped: readonly string[]
}

const MAX_FILES = 10_000
const MAX_DEPTH = 16

/**
 * Reads the Markdown files of a folder and of those below it into notes. Links and names that begin with a dot are left out. Files
 * that were read before are read again in their place, so that it can be done as often as one likes.
 *
 * @throws Error when the folder cannot be read, or holds more than 10 000 files.
 */
export function importFolder(store: SqlNotes, owner: string, folder: string): Imported {
  const root = realpathSync(folder)
  const counts = { new: 0, changed: 0, same: 0 }
  const skipped: string[] = []
  for (const path of findFiles(root, 0)) {
    const file = relative(root, path).split(sep).join('/')
    if (statSync(path).size > MAX_TEXT) {
      skipped.push(`${file} is larger than ${MAX_TEXT} bytes.`)
      continue
    }
    const text = readFileSync(path, 'utf8')
    if (text.includes('\u0000') || text.trim() === '') skipped.push(`${file} holds no text.`)
    else counts[store.saveFile(owner, file, { title: titleOf(text, file), text })]++
  }
  return { added: counts.new, changed: counts.changed, same: counts.same, skipped }
}

function findFiles(folder: string, depth: number): readonly string[] {
  if (depth > MAX_DEPTH) return []
  const visible = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !name.startsWith('.'))
  const files = visible
    .toSorted((one: Dirent, other: Dirent) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return findFiles(path, depth + 1)
      return entry.isFile() && /\.(?:md|markdown)$/i.test(entry.name) ? [path] : []
    })
  if (files.length > MAX_FILES) throw new Error(`${folder} holds more than ${MAX_FILES} Markdown files.`)
  return files
}

/** The first heading, or what the file is called. */
function titleOf(text: string, file: string): string {
  const heading = /^#{1,6}[ \t]+(\S.*)$/m.exec(text)?.[1]?.replace(/[ \t]+#*$/, '')
  return (heading ?? basename(file).replace(/\.\w+$/, '')).slice(0, MAX_TITLE)
}
