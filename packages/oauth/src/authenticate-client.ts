import { decodeJwt } from 'jose'
import type { Client, ClientAuthentication } from './client.ts'
import { checkAssertion } from './client-assertion.ts'
import { OAuthError } from './oauth-error.ts'
import type { Parameters } from './parameters.ts'
import { equalDigests } from './secrets.ts'
import type { TokenCore } from './token/grant.ts'

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const BASIC = /^basic +([A-Za-z0-9+/]+={0,2})$/i
const MAX_SECRET = 1024

type Proof =
  | { readonly method: 'none' | 'private_key_jwt'; readonly clientId: string | undefined; readonly assertion?: string }
  | {
      readonly method: 'client_secret_basic' | 'client_secret_post'
      readonly clientId: string | undefined
      readonly secret: string
    }

/**
 * Who asks, by the one method that this client has. (RFC 6749 section 2.3)
 *
 * @throws OAuthError `invalid_client`, with the same text whatever was wrong, and 429 where there were too many of these.
 */
export async function authenticateClient(core: TokenCore, request: Request, form: Parameters): Promise<Client> {
  const header = request.headers.get('authorization') ?? undefined
  const refuse = async (reason: string, clientId?: string): Promise<never> => {
    throw await core.failures.count(request, { clientId, reason }, refusal(header !== undefined))
  }
  await core.failures.admit(request)
  const proof = readProof(header, form)
  if (typeof proof === 'string') return refuse(proof)
  const { clientId, method } = proof
  if (clientId === undefined) return refuse('no_client_id')
  const client = await core.findClient(clientId, request)
  // Made for unknown clients too, so that they take as long.
  const digest = 'secret' in proof ? await core.digest('client-secret', proof.secret) : undefined
  if (!client) return refuse('unknown_client')
  if (client.authentication !== method) return refuse('wrong_method', client.id)
  if (digest !== undefined && !equalDigests(digest, client.secretDigest ?? '')) return refuse('wrong_secret', client.id)
  if (method === 'private_key_jwt' && !(await checkAssertion(core, client, proof.assertion ?? ''))) {
    return refuse('wrong_assertion', client.id)
  }
  return client
}

const refusal = (usedHeader: boolean): OAuthError =>
  new OAuthError(
    'invalid_client',
    'The client is not known, or did not prove itself in the way it is registered with.',
    401,
    usedHeader ? { 'www-authenticate': 'Basic realm="oauth"' } : {},
  )

function readProof(header: string | undefined, form: Parameters): Proof | string {
  const clientId = form.get('client_id')
  const secret = form.get('client_secret')
  const assertion = form.get('client_assertion')
  const assertionType = form.get('client_assertion_type')
  if ([header, secret, assertion ?? assertionType].filter((used) => used !== undefined).length > 1)
    return 'several_methods'
  if (header !== undefined) {
    const basic = readBasic(header)
    if (!basic || (clientId !== undefined && clientId !== basic.clientId)) return 'malformed_basic'
    return { method: 'client_secret_basic', ...basic }
  }
  if (secret !== undefined)
    return secret.length > MAX_SECRET ? 'malformed_secret' : { method: 'client_secret_post', clientId, secret }
  if (assertion === undefined && assertionType === undefined) return { method: 'none', clientId }
  if (assertion === undefined || assertionType !== ASSERTION_TYPE) return 'malformed_assertion'
  const claimed = subjectOf(assertion)
  if (claimed === undefined || (clientId !== undefined && clientId !== claimed)) return 'malformed_assertion'
  return { method: 'private_key_jwt', clientId: claimed, assertion }
}

/** Both halves are form-encoded first, so that a colon stands between them only. (RFC 6749 section 2.3.1) */
export function readBasic(header: string): { readonly clientId: string; readonly secret: string } | undefined {
  const [, encoded] = BASIC.exec(header) ?? []
  if (encoded === undefined || encoded.length > MAX_SECRET * 4) return undefined
  try {
    const halves = atob(encoded).split(':')
    const [clientId = '', secret = ''] = halves.map((half) => decodeURIComponent(half.replaceAll('+', ' ')))
    return halves.length === 2 && clientId !== '' && secret !== '' && secret.length <= MAX_SECRET
      ? { clientId, secret }
      : undefined
  } catch {
    return undefined
  }
}

/** Whose key to look for; believed only once the signature is checked with it. */
function subjectOf(assertion: string): string | undefined {
  try {
    const { sub }: { readonly sub?: unknown } = decodeJwt(assertion)
    return typeof sub === 'string' ? sub : undefined
  } catch {
    return undefined
  }
}

/** The methods, in the order in which metadata lists them. */
export const CLIENT_AUTHENTICATIONS: readonly ClientAuthentication[] = [
  'none',
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
]
