import { env } from 'cloudflare:workers'
import { createOAuth, devLogin } from '@hawser/oauth'
import { durableStore } from '@hawser/oauth/cloudflare'
import { createKeyRing } from 'hawser'
import { protectedResource } from 'hawser/auth'
import { durableChanges, durableNonces, durableSessions, worker } from 'hawser/cloudflare'
import { createNotes } from './create-notes.ts'
import { scopes } from './kit.ts'
import { durableNotes } from './store/notes-object.ts'

// Neither is taken when it is missing: the Worker does not start.
export const issuer = String(env['ORIGIN'])
export const secret = String(env['NOTES_SECRET'])
export const resource = `${issuer}/mcp`

/** What keeps account: around the calls, and of what the authorization server tells. */
export interface Account {
  readonly use?: Parameters<typeof createNotes>[0]['use']
  readonly onEvent?: Parameters<typeof createOAuth>[0]['onEvent']
}

/** The Worker of everybody's notes, with the authorization server beside them. */
export function createWorker({ use, onEvent }: Account = {}) {
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
    onEvent,
  })
  const server = createNotes({
    store: durableNotes('NOTES'),
    auth: protectedResource({ resource, issuer: oauth }),
    changes: durableChanges({ binding: 'HAWSER' }),
    keys: createKeyRing([secret]),
    nonces: durableNonces({ binding: 'HAWSER' }),
    use,
  })
  // So that those of today, too, can be asked before something is deleted, and hear what changes.
  return worker(server, { beside: oauth, sessions: durableSessions({ binding: 'HAWSER' }) })
}
