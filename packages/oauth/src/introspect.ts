import { answerJson } from './answer.ts'
import { readBasic } from './authenticate-client.ts'
import { invalidRequest, OAuthError } from './oauth-error.ts'
import { readForm } from './parameters.ts'
import type { ResourceOptions } from './resources.ts'
import { lazy } from './lazy.ts'
import { equalDigests } from './secrets.ts'
import type { TokenCore } from './token/grant.ts'

const INACTIVE = { active: false }

interface Asker {
  readonly resource: string
  readonly secretDigest: () => Promise<string>
}

/** Tells a resource server about its own access tokens, and about no other. (RFC 7662) */
export function createIntrospect(
  core: TokenCore,
  resources: readonly ResourceOptions[],
): (request: Request) => Promise<Response> {
  const askers = new Map<string, Asker>()
  for (const { resource, introspection } of resources) {
    if (!introspection) continue
    const { clientId, clientSecret } = introspection
    if (askers.has(clientId)) throw new TypeError(`Two resources introspect as ${clientId}.`)
    if (clientSecret.length < 32) throw new TypeError(`The secret of ${clientId} has fewer than 32 characters.`)
    askers.set(clientId, { resource, secretDigest: lazy(() => core.digest('client-secret', clientSecret)) })
  }
  return async (request) => {
    const form = await readForm(request)
    const asker = await authenticate(core, request, askers)
    const token = form.get('token')
    if (token === undefined) throw invalidRequest('token is missing.')
    const claims = await core.accessTokens.read(token)
    if (!claims || claims.aud !== asker.resource || !(await core.store.readGrant(claims.gid, core.now()))) {
      return answerJson(INACTIVE)
    }
    return answerJson({ active: true, token_type: 'Bearer', ...claims })
  }
}

async function authenticate(core: TokenCore, request: Request, askers: ReadonlyMap<string, Asker>): Promise<Asker> {
  await core.failures.admit(request)
  const header = request.headers.get('authorization')
  const basic = header === null ? undefined : readBasic(header)
  const asker = askers.get(basic?.clientId ?? '')
  const digest = await core.digest('client-secret', basic?.secret ?? '')
  if (asker && basic && equalDigests(digest, await asker.secretDigest())) return asker
  const refusal = new OAuthError(
    'invalid_client',
    'Only the resource server of a token may ask about it, with HTTP Basic.',
    401,
    { 'www-authenticate': 'Basic realm="oauth"' },
  )
  const clientId = asker && basic?.clientId
  throw await core.failures.count(request, { clientId, reason: 'introspection' }, refusal)
}
