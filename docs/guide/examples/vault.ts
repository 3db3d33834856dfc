import { mcp } from 'hawser'
import { protectedResource } from 'hawser/auth'
import * as z from 'zod'

const notes = mcp({
  name: 'notes',
  version: '1.0.0',
  auth: protectedResource({
    resource: 'https://notes.example.com/mcp', // the address of the endpoint, as clients write it
    issuer: 'https://login.example.com', // who gives out tokens, exactly as it calls itself
  }),
  scopes: {
    'notes:read': { title: 'Read your notes', risk: 'low', baseline: true },
    'notes:write': { title: 'Change your notes', risk: 'high', implies: ['notes:read'] },
    'notes:share': { title: 'Show your notes to others', risk: 'high' },
  },
})

const search = notes.tool({
  description: 'Find notes by a word.',
  effect: 'read',
  scopes: ['notes:read'],
  input: z.object({ word: z.string() }),
  run: ({ word }, { principal }) => `${principal?.subject} has no note about ${word}.`,
})

const save = notes.tool({
  description: 'Write a note, for oneself or for everybody.',
  effect: 'write',
  scopes: ({ shared }) => (shared ? ['notes:write', 'notes:share'] : ['notes:write']),
  mayNeed: ['notes:write', 'notes:share'],
  input: z.object({ text: z.string(), shared: z.boolean().default(false) }),
  run: () => 'Saved.',
})

const whoami = notes.tool({
  description: 'Say who is signed in.',
  effect: 'read',
  scopes: 'signedIn',
  run: (_, { principal }) => `${principal?.subject}`,
})

export default notes.server({ tools: { search, save, whoami } })
