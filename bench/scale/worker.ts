/** A server that uses every adapter for Workers at once, and says what its objects did. */
import { env } from 'cloudflare:workers'
import { createOAuth } from '@hawser/oauth'
import { durableStore } from '@hawser/oauth/cloudflare'
import { createKeyRing, mcp } from 'hawser'
import {
  durableChanges,
  durableNonces,
  durableRateLimiter,
  durableSessions,
  durableTasks,
  durableVault,
  worker,
} from 'hawser/cloudflare'
import { rateLimit } from 'hawser/interceptors'
import { tasks } from 'hawser/tasks'
import { createVault } from 'hawser/vault'
import * as z from 'zod'
import type { Trouble } from './account.ts'
import { CALLBACK, CALLS_PER_MINUTE, ISSUER, RESOURCE, SECRET } from './place.ts'
import { setTrouble, takeAccounts } from './watch.ts'

export { HawserObject, OAuthObject } from './watched-objects.ts'

const BINDING = { binding: 'HAWSER' } as const

const oauth = createOAuth({
  issuer: ISSUER,
  secret: SECRET,
  store: durableStore({ binding: 'OAUTH' }),
  resources: [{ resource: RESOURCE, title: 'Desk', scopes: { use: 'Use the desk' } }],
  clients: [{ clientId: 'app', name: 'App', redirectUris: [CALLBACK] }],
  registration: { perAddress: 1_000_000, altogether: 1_000_000 },
  operator: 'Desk',
  clientAddress: (request) => request.headers.get('x-user') ?? undefined,
  // Whoever says a name is believed.
  login: (request) => ({ userId: request.headers.get('x-user') ?? 'nobody' }),
  onError: () => {},
})

const renewals = new Map<string, number>()
const accounts = createVault({
  store: durableVault(BINDING),
  secret: SECRET,
  services: {
    bank: {
      renew: async ({ refreshToken = '' }) => {
        renewals.set(refreshToken, (renewals.get(refreshToken) ?? 0) + 1)
        const next = `${refreshToken}+`
        return { accessToken: next, refreshToken: next, expiresAt: Date.now() + 3_600_000 }
      },
    },
  },
})

const desk = mcp({
  name: 'desk',
  version: '1.0.0',
  changes: durableChanges(BINDING),
  keys: createKeyRing([SECRET]),
  nonces: durableNonces(BINDING),
  log: () => {},
  context: ({ principal }) => ({ vault: accounts.of(principal) }),
  auth: {
    // Whoever says a tenant and a name is believed.
    authenticate: (header) => {
      const [, tenant = '', subject = ''] = /^Bearer (\w+)\/(\w+)$/.exec(header ?? '') ?? []
      return subject === '' ? undefined : { subject, tenant, issuer: ISSUER, scopes: new Set(['use']) }
    },
    challenge: {},
    documents: () => [],
  },
})

const write = { effect: 'write', scopes: 'signedIn' } as const

const tools = {
  hello: desk.tool({ description: 'Say hello.', effect: 'read', scopes: 'signedIn', run: () => 'hello' }),
  counted: desk.tool({ ...write, description: 'Do what is limited.', run: () => 'done' }),
  tell: desk.tool({
    ...write,
    description: 'Tell that a resource has changed, to all or to the caller alone, or that the tools have.',
    input: z.object({ uri: z.string().optional(), mine: z.boolean().default(false) }),
    run: async ({ uri, mine }, { changed, principal }) => {
      const telling = mine ? { for: principal } : undefined
      await (uri === undefined ? changed.tools(telling) : changed.resource(uri, telling))
      return 'told'
    },
  }),
  confirm: desk.tool({
    ...write,
    description: 'Ask, then do.',
    input: z.object({ order: z.string() }),
    run: async ({ order }, { ask }) => {
      const { sure } = await ask('sure', { message: 'Sure?', answer: z.object({ sure: z.boolean() }) })
      return `${order} ${sure}`
    },
  }),
  work: desk.tool({
    ...write,
    description: 'Work for so many milliseconds.',
    long: true,
    input: z.object({ ms: z.number(), order: z.string() }),
    run: async ({ ms, order }) => {
      await new Promise((resolve) => setTimeout(resolve, ms))
      return order
    },
  }),
  link: desk.tool({
    ...write,
    description: 'Link an account whose token ends at once.',
    input: z.object({ order: z.string() }),
    run: async ({ order }, { vault, principal }) => {
      const name = `${principal?.tenant}/${principal?.subject} ${order}`
      await vault.put('bank', { accessToken: name, refreshToken: name, expiresAt: Date.now() })
      return 'linked'
    },
  }),
  spend: desk.tool({
    ...write,
    description: 'Use the account.',
    run: async (_, { vault }) => (await vault.get('bank'))?.accessToken ?? 'no account',
  }),
}

const resources = { paper: desk.resource({ uri: 'desk://{id}', scopes: 'signedIn', read: ({ id }) => id }) }

const server = desk.server({
  tools,
  resources,
  use: [
    rateLimit({
      calls: CALLS_PER_MINUTE,
      limiter: durableRateLimiter(BINDING),
      only: ({ params }) => (params as { readonly name?: unknown }).name === 'counted',
    }),
    tasks({ store: durableTasks(BINDING), patience: 0, pollInterval: 500 }),
  ],
})

/** Lets whoever measures read what was counted, and make trouble. */
const control = async (request: Request): Promise<Response> => {
  const { pathname, searchParams } = new URL(request.url)
  if (pathname === '/crash') {
    const { HAWSER } = env as {
      readonly HAWSER: { readonly getByName: (name: string) => { crash: () => Promise<void> } }
    }
    // Its own answer is lost as well.
    await HAWSER.getByName(searchParams.get('of') ?? '')
      .crash()
      .catch(() => {})
    return new Response()
  }
  if (pathname === '/trouble') {
    setTrouble(searchParams.get('of') ?? '', (await request.json()) as Trouble)
    return new Response()
  }
  const renewed = Object.fromEntries(renewals)
  renewals.clear()
  return Response.json({ accounts: takeAccounts(), renewed })
}

export default worker(server, {
  sessions: durableSessions({ ...BINDING, ...(env['IDLE_MS'] !== undefined && { idleMs: Number(env['IDLE_MS']) }) }),
  beside: {
    handles: (pathname) => ['/accounts', '/crash', '/trouble'].includes(pathname) || oauth.handles(pathname),
    fetch: (request) => {
      const { pathname } = new URL(request.url)
      return oauth.handles(pathname) ? oauth.fetch(request) : control(request)
    },
  },
})
