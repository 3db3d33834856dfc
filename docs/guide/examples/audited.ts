import process from 'node:process'
import { mcp } from 'hawser'
import { audit } from 'hawser/audit'
import { jsonlAudit } from 'hawser/node'
import * as z from 'zod'

const notes = mcp({
  name: 'notes',
  version: '1.0.0',
  scopes: {
    'notes:read': { title: 'Read your notes', risk: 'low' },
    'notes:write': { title: 'Change your notes', risk: 'high', implies: ['notes:read'] },
    'notes:share': { title: 'Show your notes to others', risk: 'critical' },
  },
})
const shelf = new Map([['tides', 'High tide at 7:40.']])

const search = notes.tool({
  description: 'Find notes by a word in them.',
  effect: 'read',
  scopes: ['notes:read'],
  input: z.object({ word: z.string() }),
  run: ({ word }) => [...shelf.keys()].filter((id) => shelf.get(id)?.includes(word)).join() || 'Nothing.',
})

const save = notes.tool({
  description: 'Write a note.',
  effect: 'write',
  scopes: ['notes:write'],
  input: z.object({ id: z.string(), text: z.string() }),
  run: ({ id, text }) => {
    shelf.set(id, text)
    return `Saved ${id}.`
  },
})

export default notes.server({
  tools: { search, save },
  use: [
    audit({
      sink: jsonlAudit(process.env['AUDIT_FILE'] ?? 'audit.jsonl'),
      key: process.env['AUDIT_KEY'] ?? '', // openssl rand -base64 48
      mode: 'required', // what is not on record is not done, where it could do harm
      keep: { search: ['word'] }, // all other arguments are kept as a hash alone
    }),
  ],
})
