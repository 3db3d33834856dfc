import { createOAuth, devLogin } from '@hawser/oauth'
import { nodeHandler, socketAddress, sqliteStore } from '@hawser/oauth/node'
import { audit, auditEvents } from 'hawser/audit'
import { protectedResource } from 'hawser/auth'
import { jsonlAudit, listen, type Listener } from 'hawser/node'
import { createNotes } from './create-notes.ts'
import { scopes } from './kit.ts'
import { openNotes } from './store/open-notes.ts'

/** Where the parts of a deployment keep what they must not forget. */
export interface ServeOptions {
  readonly port: number
  /** Files; in memory where one is `:memory:`. */
  readonly notes: string
  readonly grants: string
  readonly audit: string
  /** Seals the log and the store of grants; 32 characters or more. */
  readonly secret: string
}

/**
 * Serves the notes of everybody who signs in, with the authorization server beside them on the same port. Whoever reaches this
 * machine's loopback address may sign in under any name: it is for trying things out.
 */
export async function serveNotes({ port, notes, grants, audit: file, secret }: ServeOptions): Promise<Listener> {
  const issuer = `http://127.0.0.1:${port}`
  const resource = `${issuer}/mcp`
  const sink = jsonlAudit(file)
  const events = auditEvents({ sink, key: secret, issuer })
  const oauth = createOAuth({
    issuer,
    secret,
    store: sqliteStore(grants),
    resources: [{ resource, title: 'Notes', scopes }],
    operator: 'Notes on this machine',
    login: devLogin(),
    // Clients on the same machine have no website that could describe them.
    registration: true,
    clientAddress: socketAddress,
    onEvent: events,
  })
  const server = createNotes({
    store: openNotes(notes),
    auth: protectedResource({ resource, issuer: oauth }),
    use: [audit({ sink, key: secret, resource, mode: 'required' })],
  })
  const listener = await listen(server, { port, beside: nodeHandler(oauth) })
  const close = async (): Promise<void> => {
    await listener.close()
    await events.close()
  }
  return { url: listener.url, close, [Symbol.asyncDispose]: close }
}
