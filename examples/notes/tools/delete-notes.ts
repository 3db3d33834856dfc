import { fail } from 'hawser'
import * as z from 'zod'
import { type NotesKit, uriOf } from '../kit.ts'

export const deleteNotes = (kit: NotesKit) =>
  kit.tool({
    description: 'Delete notes for good. The person is asked first.',
    effect: 'destroy',
    scopes: ['notes:write'],
    input: z.object({
      ids: z.array(z.string().max(64)).min(1).max(50).describe('From search_notes'),
      titles: z.string().max(1000).describe('What they are called, so that the person knows what is deleted'),
    }),
    confirm: ({ ids, titles }) =>
      `Delete ${ids.length === 1 ? 'a note' : `${ids.length} notes`} for good, said to be ${titles}?`,
    run: async ({ ids }, { notes, changed, principal }) => {
      const removed = await notes.remove(ids)
      if (removed.length === 0) throw fail('None of these notes is there. Find them with search_notes.')
      for (const id of removed) await changed.resource(uriOf(id), { for: principal })
      await changed.resources({ for: principal })
      const left = ids.length - removed.length
      return `Deleted ${removed.length}.${left > 0 ? ` ${left} were not there.` : ''}`
    },
  })
