import process from 'node:process'
import { createOAuth, devLogin } from '@hawser/oauth'
import { durableStore } from '@hawser/oauth/cloudflare'
import { mcp } from 'hawser'
import { sharedIssuer } from 'hawser/auth'
import { suite } from 'hawser/cloudflare'
import { together } from 'hawser/compose'
import { indexPage, landingPage } from 'hawser/landing'
import * as z from 'zod'

export { OAuthObject } from '@hawser/oauth/cloudflare'
export { IssuerEntrypoint } from 'hawser/cloudflare'

const signIn = sharedIssuer(process.env['ORIGIN'] ?? 'http://localhost:8787')

const tidesKit = mcp({
  name: 'tides',
  version: '1.0.0',
  auth: signIn.protect('/tides/mcp'), // its address, and what its tokens are for
  scopes: { 'tides:read': { title: 'See the tides', risk: 'low', baseline: true } },
})
const whenHigh = tidesKit.tool({
  description: 'Tell when the water is high today.',
  effect: 'read',
  scopes: ['tides:read'],
  run: () => '7:40 and 20:05',
})
const tides = tidesKit.server({ tools: { when_high: whenHigh } })

interface Env {
  readonly BERTHS: { put(name: string, boat: string): Promise<void> }
}

const berthsKit = mcp({
  name: 'berths',
  version: '1.0.0',
  auth: signIn.protect('/berths/mcp'),
  scopes: { 'berths:book': { title: 'Book berths for you', risk: 'high', baseline: true, live: true } },
})
const book = berthsKit.bindings<Env>().tool({
  description: 'Book a berth for a boat.',
  effect: 'write',
  scopes: ['berths:book'],
  bindings: ['BERTHS'], // a namespace of Workers KV; no other server reaches it
  input: z.object({ berth: z.string(), boat: z.string() }),
  run: async ({ berth, boat }, { bindings }) => {
    await bindings.BERTHS.put(berth, boat)
    return `${berth} is kept for ${boat}.`
  },
})
const berths = berthsKit.server({ tools: { book } })

const { scopes, mounts } = together({ tides, berths })
const all = mcp({ name: 'harbour', version: '1.0.0', auth: signIn.protect('/mcp'), scopes }).server({ mounts })

export default suite(
  { tides, berths, all },
  {
    issuer: signIn,
    createIssuer: (shared) =>
      createOAuth({
        ...shared, // the issuer, and each server as a resource with its scopes
        secret: process.env['OAUTH_SECRET'],
        store: durableStore({ binding: 'OAUTH' }),
        operator: 'The harbour',
        login: devLogin(), // for one's own machine: others let a provider sign people in
        registration: true,
      }),
    landing: landingPage(), // a page at the address of each server
    index: indexPage({ title: 'The harbour' }), // and one at / that leads to them
  },
)
