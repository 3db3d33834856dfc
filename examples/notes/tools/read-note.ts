import { fail } from 'hawser'
import * as z from 'zod'
import type { NotesKit } from '../kit.ts'

export const readNote = (kit: NotesKit) =>
  kit.tool({
    description: 'Read one note in full.',
    effect: 'read',
    scopes: ['notes:read'],
    input: z.object({ id: z.string().max(64).describe('From search_notes') }),
    run: async ({ id }, { notes }) => {
      const note = await notes.read(id)
      if (note === undefined) throw fail(`There is no note ${JSON.stringify(id)}. Find it with search_notes.`)
      return `# ${note.title}\n\n${note.text}`
    },
  })
