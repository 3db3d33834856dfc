import process from 'node:process'
import { mcp } from 'hawser'
import * as z from 'zod'
import { type Env, shelvesOf, signIn } from './library.ts'

/** Who works here. What a program may do is said by scopes, and who a person is by this. */
const staff = new Set((process.env['STAFF'] ?? '').split(' '))

const kit = mcp({
  name: 'desk',
  version: '0.1.0',
  title: 'Library desk',
  description: 'Reports for those who work at the library.',
  instructions: 'Reports on all readers. Names of readers are private: mention them to nobody else.',
  auth: signIn.protect('/desk/mcp'),
  scopes: { 'desk:reports': { title: 'See what all readers have borrowed', risk: 'critical', baseline: true } },
  // For all others there is no such tool.
  grantable: (_, principal) => principal !== undefined && staff.has(principal.subject),
})

const reportDue = kit.bindings<Env>().tool({
  title: 'Books that are due',
  description: 'Report which loans of all readers are due before a day, earliest first, 200 at most.',
  effect: 'read',
  scopes: ['desk:reports'],
  bindings: ['LIBRARY'],
  input: z.object({ before: z.iso.date().describe('e.g. "2026-06-11"') }),
  output: z.object({
    loans: z.array(z.object({ id: z.string(), title: z.string(), reader: z.string(), due: z.string() })),
  }),
  run: async ({ before }, { bindings }) => ({
    loans: [...(await shelvesOf(bindings).loans({ dueBefore: before }, 200))],
  }),
})

export const desk = kit.server({ tools: { report_due_books: reportDue } })
