import { createOAuth, devLogin } from '@hawser/oauth'
import { nodeHandler, publicDocuments, socketAddress, sqliteStore } from '@hawser/oauth/node'
import { upstreamLogin } from '@hawser/oauth/upstream'
import { protectedResource } from 'hawser/auth'
import { listen } from 'hawser/node'
import { createNotes, scopes } from './notes.ts'

const { env } = process
const port = Number(env.PORT ?? 3000)
const issuer = env.ORIGIN ?? `http://127.0.0.1:${port}`
const resource = `${issuer}/mcp`
const provider = {
  name: 'Example Ltd',
  issuer: env.OIDC_ISSUER ?? '',
  clientId: env.OIDC_CLIENT_ID ?? '',
  clientSecret: env.OIDC_CLIENT_SECRET,
}

const oauth = createOAuth({
  issuer,
  secret: env.OAUTH_SECRET,
  store: sqliteStore('oauth.db'),
  resources: [{ resource, title: 'Notes', scopes }],
  operator: 'Example Ltd',
  // devLogin takes any name without a password, and refuses to start with an issuer that others can reach.
  login: provider.issuer ? upstreamLogin(provider) : devLogin(),
  clientDocuments: { fetch: publicDocuments() },
  registration: true,
  clientAddress: socketAddress,
})

const server = createNotes('notes.db', protectedResource({ resource, issuer: oauth }))
const { host } = new URL(issuer)
const listener = await listen(server, { port, beside: nodeHandler(oauth), allowedHosts: [host] })
console.log(`Notes at ${resource}, until Ctrl-C. What you allowed: ${issuer}/grants`)
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void listener.close())
