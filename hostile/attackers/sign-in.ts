import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerQuestions } from '../answer-questions.ts'
import { json } from './answers.ts'
import { type Attack, PATHS, type Scene } from './attack.ts'
import { issuerAttacks } from './issuer-attacks.ts'
import { issuedBy, resourceAttacks } from './resource-attacks.ts'

/**
 * A server that wants tokens, who issues them, another issuer, and something inside that nobody should reach. The first argument says
 * what the first two do that they should not, or is the address of an issuer; without one they are good partners.
 */
const name = process.argv[2] ?? 'nothing'
const known: Readonly<Record<string, Attack>> = { nothing: {}, ...issuerAttacks, ...resourceAttacks }
const attack = name.startsWith('https://') ? issuedBy(name) : known[name]
if (attack === undefined) throw new Error(`There is no attack ${name}.`)

/** What somebody was sent. */
export interface Visit {
  readonly to: keyof Scene
  readonly method: string
  readonly path: string
  readonly authorization: string
  readonly body: string
}

const visits: Visit[] = []
/** Visits that are written down: an attack may bring many. */
const MOST_VISITS = 1000
let last = 0
const accesses = new Set<string>()

async function readText(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
  return text
}

type Role = (response: ServerResponse, url: URL, body: string, request: IncomingMessage) => unknown

/** Writes down who comes, and lets the attack go first. */
function play(to: keyof Scene, role: Role): RequestListener {
  const counts = new Map<string, number>()
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readText(request)
    const { method = '', headers } = request
    const url = new URL(request.url ?? '', scene[to])
    const path = url.pathname
    const { authorization = '' } = headers
    if (visits.length < MOST_VISITS) visits.push({ to, method, path: request.url ?? '', authorization, body })
    const count = (counts.get(path) ?? 0) + 1
    counts.set(path, count)
    const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
    const fields = isForm ? new URLSearchParams(body) : url.searchParams
    const say = to === 'server' || to === 'issuer' ? attack?.at?.[path] : undefined
    if (say !== undefined && (await say(response, { count, fields, scene })) !== false) return
    await role(response, url, body, request)
  }
  return (request, response) => {
    response.on('error', () => {})
    void answer(request, response).catch(() => {})
  }
}

function issue(fields: URLSearchParams, more: object): object {
  const access = `canary-access-${++last}`
  accesses.add(access)
  const scope = fields.get('scope')
  return {
    access_token: access,
    token_type: 'Bearer',
    expires_in: 3600,
    refresh_token: `canary-refresh-${last}`,
    ...(scope !== null && { scope }),
    ...more,
  }
}

const issuer =
  (me: 'issuer' | 'honest', { metadata, client, token, back }: Attack): Role =>
  (response, url, body) => {
    const self = scene[me]
    switch (url.pathname) {
      case PATHS.metadata:
        return json(response, {
          issuer: self,
          authorization_endpoint: `${self}/authorize`,
          token_endpoint: `${self}/token`,
          registration_endpoint: `${self}/register`,
          response_types_supported: ['code'],
          code_challenge_methods_supported: ['S256'],
          authorization_response_iss_parameter_supported: true,
          token_endpoint_auth_methods_supported: ['none'],
          ...metadata?.(scene),
        })
      case PATHS.register:
        return json(response, { ...(JSON.parse(body) as object), client_id: `client-of-${me}`, ...client }, 201)
      case PATHS.authorize: {
        const to = new URL(url.searchParams.get('redirect_uri') ?? '')
        to.searchParams.set('code', `canary-code-${++last}`)
        to.searchParams.set('state', url.searchParams.get('state') ?? '')
        to.searchParams.set('iss', self)
        back?.(to, scene)
        return response.writeHead(302, { location: to.href }).end()
      }
      case PATHS.token: {
        const fields = new URLSearchParams(body)
        return json(response, issue(fields, token?.({ count: last, fields, scene }) ?? {}))
      }
      default:
        return json(response, {}, 404)
    }
  }

const discovered = { supportedVersions: ['2026-07-28'], capabilities: { tools: {} }, ttlMs: 0, cacheScope: 'private' }

const server: Role = (response, url, body, { headers }) => {
  if (url.pathname === PATHS.resource) {
    return json(response, {
      resource: scene.server,
      authorization_servers: [scene.issuer],
      ...attack.resource?.(scene),
    })
  }
  if (url.pathname !== PATHS.mcp) return json(response, {}, 404)
  if (!accesses.has((headers.authorization ?? '').replace('Bearer ', ''))) {
    const { origin } = new URL(scene.server)
    const parameters = attack.challenge?.(scene) ?? `resource_metadata="${origin}${PATHS.resource}"`
    return response.writeHead(401, { 'www-authenticate': `Bearer ${parameters}` }).end()
  }
  const { id, method } = JSON.parse(body || '{}') as { readonly id?: number; readonly method?: string }
  const content = [{ type: 'text', text: 'served' }]
  const result = { resultType: 'complete', ...(method === 'server/discover' ? discovered : { content }) }
  return json(response, { jsonrpc: '2.0', id, result })
}

async function open(): Promise<{ readonly host: Server; readonly origin: string }> {
  const host = createServer({ keepAliveTimeout: 500 })
  await new Promise<void>((resolve) => void host.listen(0, '127.0.0.1', resolve))
  return { host, origin: `http://127.0.0.1:${(host.address() as AddressInfo).port}` }
}

const [first, second, third, fourth] = [await open(), await open(), await open(), await open()]
const scene: Scene = {
  server: `${first.origin}${PATHS.mcp}`,
  issuer: second.origin,
  honest: third.origin,
  inside: fourth.origin,
}
first.host.on('request', play('server', server))
second.host.on('request', play('issuer', issuer('issuer', attack)))
third.host.on('request', play('honest', issuer('honest', {})))
fourth.host.on(
  'request',
  play('inside', (response) => json(response, { secret: 'of the inside' })),
)

answerQuestions(scene, {
  visits: () => visits,
})
