import process from 'node:process'
import { parseArgs } from 'node:util'
import { createNotes } from './create-notes.ts'
import { importFolder } from './store/import-folder.ts'
import { openNotes } from './store/open-notes.ts'

/** The notes of the local user in the file that `--db` or `NOTES_DB` names, with those of the folder that `--import` names. */
export function createLocalNotes(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: { db: { type: 'string' }, import: { type: 'string' } },
    strict: false,
  })
  const store = openNotes(String(values.db ?? process.env['NOTES_DB'] ?? 'notes.db'))
  if (typeof values.import === 'string') {
    const { added, changed, same, skipped } = importFolder(store, 'local', values.import)
    for (const reason of skipped) console.error(`notes: ${reason}`)
    console.error(`notes: ${added} new, ${changed} changed, ${same} as they were, ${skipped.length} left out.`)
  }
  return createNotes({ store })
}

export default createLocalNotes(process.argv.slice(2))
