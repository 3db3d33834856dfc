import { createKit, type NotesKit, type NotesOptions } from './kit.ts'
import { noteResource } from './note-resource.ts'
import { deleteNotes } from './tools/delete-notes.ts'
import { readNote } from './tools/read-note.ts'
import { saveNote } from './tools/save-note.ts'
import { searchNotes } from './tools/search-notes.ts'

type Parts = Parameters<NotesKit['server']>[0]

/**
 * Makes a server of people's notes: each sees their own. With `auth` people sign in; without, all is the local user's.
 *
 * @example
 * serveStdio(createNotes({ store: openNotes('notes.db') }))
 */
export function createNotes({ use = [], ...options }: NotesOptions & Pick<Parts, 'use'>) {
  const kit = createKit(options)
  return kit.server({
    tools: {
      search_notes: searchNotes(kit),
      read_note: readNote(kit),
      save_note: saveNote(kit),
      delete_notes: deleteNotes(kit),
    },
    resources: { note: noteResource(kit) },
    use,
  })
}
