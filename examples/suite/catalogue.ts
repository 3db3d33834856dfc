import { mcp } from 'hawser'
import * as z from 'zod'
import { type Env, shelvesOf, signIn } from './library.ts'

const kit = mcp({
  name: 'catalogue',
  version: '0.1.0',
  title: 'Library catalogue',
  description: 'Which books there are.',
  instructions: 'Knows which books there are and whether they are here. Lending is up to another server.',
  auth: signIn.protect('/catalogue/mcp'),
  scopes: { 'catalogue:read': { title: 'Look for books', risk: 'low', baseline: true } },
})

const findBooks = kit.bindings<Env>().tool({
  title: 'Find books',
  description:
    'Find books by words of title or author, e.g. "marsh". Returns at most 20 with id, and whether they are here now.',
  effect: 'read',
  scopes: ['catalogue:read'],
  bindings: ['LIBRARY'],
  input: z.object({ words: z.string().max(100).describe('All have to be there; nothing for all books') }),
  output: z.object({
    books: z.array(z.object({ id: z.string(), title: z.string(), author: z.string(), isHere: z.boolean() })),
  }),
  run: async ({ words }, { bindings }) => ({ books: [...(await shelvesOf(bindings).find(words, 20))] }),
})

export const catalogue = kit.server({ tools: { find_books: findBooks } })
