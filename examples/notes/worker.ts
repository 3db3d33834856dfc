/** Notes on Cloudflare Workers: the same server and the same tools, whose notes and sign-ins are kept in Durable Objects. */
import { env } from 'cloudflare:workers'
import { createOAuth, devLogin } from '@hawser/oauth'
import { durableStore } from '@hawser/oauth/cloudflare'
import { createKeyRing } from 'hawser'
import { protectedResource } from 'hawser/auth'
import { durableChanges, durableNonces, worker } from 'hawser/cloudflare'
import { createNotes } from './create-notes.ts'
import { scopes } from './kit.ts'
import { durableNotes } from './store/notes-object.ts'

export { OAuthObject } from '@hawser/oauth/cloudflare'
export { HawserObject } from 'hawser/cloudflare'
export { NotesObject } from './store/notes-object.ts'

// Neither is taken when it is missing: the Worker does not start.
const issuer = String(env['ORIGIN'])
const secret = String(env['NOTES_SECRET'])
const resource = `${issuer}/mcp`

const oauth = createOAuth({
  issuer,
  secret,
  store: durableStore({ binding: 'OAUTH' }),
  resources: [{ resource, title: 'Notes', scopes }],
  operator: 'Notes on Workers',
  // Lets anybody in, and therefore works on one's own machine only.
  login: devLogin(),
  registration: true,
  clientAddress: (request) => request.headers.get('cf-connecting-ip') ?? undefined,
})

const server = createNotes({
  store: durableNotes('NOTES'),
  auth: protectedResource({ resource, issuer: oauth }),
  changes: durableChanges({ binding: 'HAWSER' }),
  keys: createKeyRing([secret]),
  nonces: durableNonces({ binding: 'HAWSER' }),
})

export default worker(server, { beside: oauth })
