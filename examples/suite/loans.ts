import { fail, mcp, type Principal } from 'hawser'
import * as z from 'zod'
import { type Env, shelvesOf, signIn } from './library.ts'

const DAYS = 28

const kit = mcp({
  name: 'loans',
  version: '0.1.0',
  title: 'Library loans',
  description: 'Borrow books, and bring them back.',
  instructions: 'Lends books to the person who is signed in. Ids are those of the catalogue.',
  auth: signIn.protect('/loans/mcp'),
  scopes: {
    'loans:read': { title: 'See what you have borrowed', risk: 'low', baseline: true },
    // Asked about at each use, so that it ends at once when it is taken back.
    'loans:change': { title: 'Borrow and return books for you', risk: 'high', implies: ['loans:read'], live: true },
  },
  context: ({ principal }) => ({ reader: nameOf(principal) }),
})
const { tool } = kit.bindings<Env>()
const book = z.string().max(50).describe('Id of a book, e.g. "tides"')
const loan = z.object({ id: z.string(), title: z.string(), due: z.string().describe('As 2026-06-11') })

const listLoans = tool({
  title: 'What is borrowed',
  description: 'List what the person has borrowed, what is due first comes first.',
  effect: 'read',
  scopes: ['loans:read'],
  bindings: ['LIBRARY'],
  output: z.object({ loans: z.array(loan) }),
  run: async (_, { bindings, reader }) => {
    const loans = await shelvesOf(bindings).loans({ reader }, 50)
    return { loans: loans.map(({ id, title, due }) => ({ id, title, due })) }
  },
})

const borrow = tool({
  title: 'Borrow a book',
  description: `Borrow a book for the person, for ${DAYS} days.`,
  effect: 'write',
  scopes: ['loans:change'],
  bindings: ['LIBRARY'],
  input: z.object({ book }),
  output: loan,
  run: async ({ book: id }, { bindings, reader }) => {
    const due = new Date(Date.now() + DAYS * 86_400_000).toISOString().slice(0, 10)
    const lent = await shelvesOf(bindings).lend(id, reader, due)
    if (lent === undefined) throw fail(`There is no book "${id}". The catalogue has the ids.`)
    if ('lentUntil' in lent) throw fail(`It is lent out until ${lent.lentUntil}.`)
    return { id, title: lent.title, due }
  },
})

const giveBack = tool({
  title: 'Return a book',
  description: 'Note that the person has brought a book back.',
  effect: 'write',
  scopes: ['loans:change'],
  bindings: ['LIBRARY'],
  input: z.object({ book }),
  run: async ({ book: id }, { bindings, reader }) => {
    if (!(await shelvesOf(bindings).takeBack(id, reader))) throw fail('It is not among what the person has borrowed.')
    return 'Returned.'
  },
})

/** The same name at another issuer would be somebody else; there is one issuer here. */
function nameOf(principal: Principal | undefined): string {
  if (principal === undefined) throw new Error('Nobody called.')
  return principal.subject
}

export const loans = kit.server({ tools: { list_loans: listLoans, borrow_book: borrow, return_book: giveBack } })
