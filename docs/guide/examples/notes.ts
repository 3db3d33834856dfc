import { fail, mcp } from 'hawser'
import * as z from 'zod'

const notes = mcp({ name: 'notes', version: '1.0.0', instructions: 'Search before you read.' })
const shelf = new Map([['tides', 'High tide at 7:40 and 20:05.']])

const search = notes.tool({
  description: 'Find notes by a word in them. Returns their ids, at most `limit`.',
  effect: 'read',
  input: z.object({ word: z.string().describe('e.g. "tide"'), limit: z.int().min(1).max(50).default(10) }),
  output: z.object({ ids: z.array(z.string()) }),
  run: ({ word, limit }) => ({ ids: [...shelf.keys()].filter((id) => shelf.get(id)?.includes(word)).slice(0, limit) }),
})

const forget = notes.tool({
  description: 'Delete one note. Cannot be undone.',
  effect: 'destroy',
  input: z.object({ id: z.string() }),
  confirm: ({ id }) => `Delete the note "${id}" for good?`, // asked before it runs; without an answer it does not run
  run: ({ id }) => {
    if (!shelf.delete(id)) throw fail(`No note "${id}". Try search.`) // the model sees this sentence
    return `Deleted ${id}.`
  },
})

const note = notes.resource({ uri: 'notes://{id}', mimeType: 'text/plain', read: ({ id }) => shelf.get(id) })

export default notes.server({ tools: { search, forget }, resources: { note } })
