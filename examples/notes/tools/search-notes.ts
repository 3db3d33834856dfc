import * as z from 'zod'
import type { NotesKit } from '../kit.ts'

export const searchNotes = (kit: NotesKit) =>
  kit.tool({
    description:
      'Find notes by the words in them, best first. Each word may be the beginning of one; a note has to have them all. Without words: the notes that were changed last.',
    effect: 'read',
    scopes: ['notes:read'],
    input: z.object({
      words: z.string().max(500).default('').describe('e.g. "tide tables june"'),
      limit: z.int().min(1).max(50).default(10).describe('Most notes to return'),
    }),
    output: z.object({
      notes: z.array(z.object({ id: z.string(), title: z.string(), excerpt: z.string(), changed: z.string() })),
    }),
    run: async ({ words, limit }, { notes }) => {
      const found = await (words.trim() === '' ? notes.recent(limit) : notes.search(words, limit))
      return { notes: [...found] }
    },
  })
