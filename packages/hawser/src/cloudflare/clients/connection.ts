import { SignInError } from '../../auth/client/sign-in-error.ts'
import { type PersonSignIn, signIn } from '../../auth/client/sign-in.ts'
import type { CredentialStore } from '../../auth/client/store.ts'
import { badReply, type Handle, type Interceptor, type Link, type Reply, toolsOf } from '../../call/index.ts'
import { type Client, createClient } from '../../client/index.ts'
import type { ConnectHttpOptions } from '../../http/index.ts'
import { sendByRuntime } from './send-by-runtime.ts'
import { type Checked, type ClientServer, isApplication } from './definition.ts'
import type { ServersTable, Standing } from './servers-table.ts'
import { CANCELLED, suspend } from './suspend.ts'

/** The way to a server of any revision. */
export type Reach = (url: string, options: { readonly http: ConnectHttpOptions }) => Handle | Link

/** A server as it is reached for one owner. */
export interface Connection {
  readonly name: string
  readonly url: string
  readonly place: string
  readonly tools: readonly string[] | undefined
  readonly client: Client
  readonly auth: PersonSignIn
  /** Whether people sign in there, rather than this application by itself. */
  readonly asksPerson: boolean
  /** Asks for the list of tools, and notes how the server stands. Whoever comes second waits for the same. */
  readonly refresh: () => Promise<void>
  /** Forgets how it stands, since it may stand otherwise for who is signed in now. */
  readonly restart: () => void
}

/** Milliseconds for which a list is kept at least and at most, whatever the server says. */
const SHORTEST = 10_000
const LONGEST = 86_400_000
/** Milliseconds after which a server that failed, or wants somebody to sign in, is asked again. */
const RETRY = 30_000
/** Bytes of one answer, pages of one list, and their bytes together: what is kept of them is one row, which has two megabytes. */
const MAX_BYTES = 4 * 1024 * 1024
const MAX_PAGES = 100
const MAX_LIST = 1_000_000

export interface ConnectionOptions {
  readonly name: string
  readonly server: Omit<ClientServer, 'url'> & { readonly url: string }
  readonly checked: Pick<Checked, 'back' | 'client' | 'clientInfo' | 'log'>
  /** Whether its owner added it. */
  readonly isAdded: boolean
  readonly store: CredentialStore
  readonly servers: ServersTable
  readonly reach: Reach
}

/** Connects an owner to a server; nothing is sent until it is used. */
export function openConnection({
  name,
  server,
  checked,
  isAdded,
  store,
  servers,
  reach,
}: ConnectionOptions): Connection {
  const { url, scopes, maxScopes, http = {}, client: identity = checked.client } = server
  const place = `${name} ${url}`
  // A server of strangers must not have this application ask itself.
  const send = sendByRuntime(url, http.fetch, (to) => isAdded && isApplication(to, checked.back))
  const auth = signIn({ client: identity, store, scopes, maxScopes, fetch: send })
  let seen: Seen = NOTHING
  const client = createClient(reach(url, { http: { maxBytes: MAX_BYTES, log: checked.log, auth, ...http } }), {
    clientInfo: checked.clientInfo,
    answers: CANCELLED,
    use: [suspend, watchList((page) => (seen = addPage(seen, page))), ...(server.use?.() ?? [])],
    maxPages: MAX_PAGES,
  })

  const list = async (): Promise<Standing> => {
    seen = NOTHING
    const tools = toolsOf({ tools: await client.listTools() })
    return { state: 'ready', tools, freshUntil: Date.now() + Math.max(seen.ttl, SHORTEST) }
  }
  const fail = (error: unknown): Standing => {
    const reason = error instanceof Error ? error.message.slice(0, 500) : undefined
    const needsPerson = error instanceof SignInError && error.problem === 'needs_person'
    const freshUntil = Date.now() + RETRY
    if (needsPerson) return { state: 'needs sign-in', reason, freshUntil }
    // What it offered before may be there again in a moment.
    return { state: 'failed', reason, freshUntil, tools: servers.read(place)?.tools }
  }
  let flight: Promise<void> | undefined
  let asked = 0
  const ask = async (): Promise<void> => {
    const turn = ++asked
    const standing = await list().catch(fail)
    // Somebody may have signed out or in meanwhile.
    if (turn !== asked) return
    flight = undefined
    servers.write(place, standing)
  }
  const restart = (): void => {
    asked++
    flight = undefined
    servers.forget(place)
  }
  const asksPerson = http.auth === undefined
  return { name, url, place, tools: server.tools, client, auth, asksPerson, refresh: () => (flight ??= ask()), restart }
}

/** Pages of a list that came so far: the shortest time for which one may be kept, and their bytes. */
interface Seen {
  readonly ttl: number
  readonly bytes: number
}
const NOTHING: Seen = { ttl: LONGEST, bytes: 0 }
const encoder = new TextEncoder()

/** @throws ConnectionError `bad_reply` for a list that is too long to keep. */
function addPage({ ttl, bytes }: Seen, page: Reply): Seen {
  const own: unknown = 'ttlMs' in page ? page.ttlMs : 0
  const sum = {
    ttl: Math.min(ttl, typeof own === 'number' && own > 0 ? own : 0),
    bytes: bytes + encoder.encode(JSON.stringify(page)).length,
  }
  if (sum.bytes > MAX_LIST) throw badReply(`The list of its tools takes more than ${MAX_LIST} bytes.`)
  return sum
}

const watchList =
  (tell: (page: Reply) => void): Interceptor =>
  (next) =>
  async (call) => {
    const reply = await next(call)
    if (call.method === 'tools/list') tell(reply)
    return reply
  }
