import { createOAuth, devLogin } from '@hawser/oauth'
import { nodeHandler, socketAddress, sqliteStore } from '@hawser/oauth/node'
import { audit, auditEvents } from 'hawser/audit'
import { protectedResource } from 'hawser/auth'
import { jsonlAudit, listen, type Listener } from 'hawser/node'
import { createNotes } from './create-notes.ts'
import { freePort } from './free-port.ts'
import { scopes } from './kit.ts'
import { openNotes } from './store/open-notes.ts'

/** Where the parts of a deployment keep what they must not forget. */
export interface ServeOptions {
  /** 0 for any free one. The issuer is named after it: on another port people are others, without these notes. */
  readonly port: number
  /** Files. */
  readonly notes: string
  readonly grants: string
  readonly audit: string
  /** Seals the log and the store of grants; 32 characters or more. */
  readonly secret: string
  /** The name that the sign-in suggests. */
  readonly suggest?: string
}

/** Notes that are served until they are closed. */
export interface ServedNotes extends Listener {
  /** Resolves when all that was done until now is on record. */
  readonly settle: () => Promise<void>
}

/**
 * Serves the notes of everybody who signs in, with the authorization server beside them on the same port. Whoever reaches this
 * machine's loopback address may sign in under any name: it is for trying things out.
 */
export async function serveNotes({
  port: wanted,
  audit: file,
  secret,
  suggest,
  ...files
}: ServeOptions): Promise<ServedNotes> {
  // The issuer names its address in all that it says, so it has to be known before.
  const port = wanted === 0 ? await freePort() : wanted
  const issuer = issuerAt(port)
  const resource = `${issuer}/mcp`
  const sink = jsonlAudit(file)
  await using open = new AsyncDisposableStack()
  const grants = open.use(sqliteStore(files.grants))
  const store = open.use(openNotes(files.notes))
  open.use(sink)
  const oauth = createOAuth({
    issuer,
    secret,
    store: grants,
    resources: [{ resource, title: 'Notes', scopes }],
    operator: 'Notes on this machine',
    login: devLogin({ suggest }),
    // Clients on the same machine have no website that could describe them.
    registration: true,
    clientAddress: socketAddress,
    // Nothing is handed out that is not on record.
    onEvent: auditEvents({ sink, key: secret, issuer, mode: 'required' }),
  })
  const account = audit({ sink, key: secret, resource, mode: 'required' })
  const server = createNotes({
    store,
    auth: protectedResource({ resource, issuer: oauth }),
    use: [account],
  })
  const { url } = open.use(await listen(server, { port, beside: nodeHandler(oauth) }))
  const parts = open.move()
  const close = (): Promise<void> => parts.disposeAsync()
  return { url, close, settle: account.close, [Symbol.asyncDispose]: close }
}

/** Who signs people in, when it listens on this port. */
export const issuerAt = (port: number): string => `http://127.0.0.1:${port}`
