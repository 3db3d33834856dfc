import { env } from 'cloudflare:workers'
import { mcp } from 'hawser'
import { audit } from 'hawser/audit'
import { keepAudit, queueAudit, worker } from 'hawser/cloudflare'
import * as z from 'zod'

export { HawserObject } from 'hawser/cloudflare'

const key = String(env['AUDIT_KEY']) // openssl rand -base64 48 | npx wrangler secret put AUDIT_KEY

const notes = mcp({ name: 'notes', version: '1.0.0' })

const save = notes.tool({
  description: 'Write a note.',
  effect: 'write',
  input: z.object({ text: z.string() }),
  run: ({ text }) => `Saved ${text.length} characters.`,
})

const server = notes.server({
  tools: { save },
  use: [audit({ sink: queueAudit({ queue: 'AUDIT', counts: 'CALLS' }), key })],
})

export default worker(server, {
  queues: { 'notes-audit': keepAudit({ binding: 'HAWSER', bucket: 'AUDIT_LOG', key }) },
})
