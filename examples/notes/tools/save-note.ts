import { fail } from 'hawser'
import * as z from 'zod'
import { type NotesKit, uriOf } from '../kit.ts'
import { MAX_TEXT, MAX_TITLE } from '../store/note.ts'

export const saveNote = (kit: NotesKit) =>
  kit.tool({
    description: 'Write a new note, or, with `id`, another text in the place of one.',
    effect: 'write',
    scopes: ['notes:write'],
    input: z.object({
      id: z.string().max(64).optional().describe('From search_notes; left out for a new note'),
      title: z.string().trim().min(1).max(MAX_TITLE),
      text: z.string().max(MAX_TEXT).describe('Markdown'),
    }),
    output: z.object({ id: z.string(), changed: z.string() }),
    run: async ({ id, title, text }, { notes, changed, principal }) => {
      const saved = await notes.save({ title, text }, id)
      if (saved === undefined)
        throw fail(`There is no note ${JSON.stringify(id)}. Leave out \`id\` to write a new one.`)
      await changed.resource(uriOf(saved.id), { for: principal })
      await changed.resources({ for: principal })
      return { id: saved.id, changed: saved.changed }
    },
  })
