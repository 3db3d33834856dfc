import { type NotesKit, uriOf } from './kit.ts'

/** Notes that are listed; the others are found by searching. */
const MAX_LISTED = 100

export const noteResource = (kit: NotesKit) =>
  kit.resource({
    uri: 'note://{id}',
    title: 'A note',
    description: 'One of your notes.',
    mimeType: 'text/markdown',
    scopes: ['notes:read'],
    read: async ({ id }, { notes }) => {
      const note = await notes.read(id)
      return note && `# ${note.title}\n\n${note.text}`
    },
    list: async ({ notes }) =>
      (await notes.recent(MAX_LISTED)).map(({ id, title }) => ({ uri: uriOf(id), name: title })),
  })
