import { fail, needs } from 'hawser'
import * as z from 'zod'

const { tool, resource } = needs()
const shelf = new Map([['tides', 'High tide at 7:40 and 20:05.']])

export const search = tool({
  description: 'Find notes by a word in them.',
  effect: 'read',
  input: z.object({ word: z.string() }),
  output: z.object({ ids: z.array(z.string()) }),
  run: ({ word }) => ({ ids: [...shelf.keys()].filter((id) => shelf.get(id)?.includes(word)) }),
})

export const forget = tool({
  description: 'Delete one note.',
  effect: 'destroy',
  input: z.object({ id: z.string() }),
  confirm: ({ id }) => `Delete the note "${id}" for good?`,
  run: ({ id }) => {
    if (!shelf.delete(id)) throw fail(`No note "${id}". Try search.`)
    return `Deleted ${id}.`
  },
})

export const note = resource({ uri: 'notes://{id}', read: ({ id }) => shelf.get(id) })
