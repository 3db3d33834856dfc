import { addressKey } from '../address-key.ts'
import { answerError, answerJson, answerPreflight } from '../answer.ts'
import { readJson } from '../cimd/read-json.ts'
import type { Client, ClientSource, GrantType } from '../client.ts'
import { labelOf, tellClient } from '../client-label.ts'
import type { Core, Route } from '../core.ts'
import { OAuthError } from '../oauth-error.ts'
import { readText } from '../parameters.ts'
import { randomSecret } from '../secrets.ts'
import { isObject, MetadataError, readClientMetadata } from './client-metadata.ts'

export interface RegistrationOptions {
  /** Registrations an hour from one address, where `clientAddress` tells it; 10 unless given. */
  readonly perAddress?: number
  /** Registrations an hour altogether; 300 unless given. */
  readonly altogether?: number
}

interface RegistrationContext {
  readonly redirectSchemes?: ReadonlySet<string> | undefined
  readonly clientAddress?: ((request: Request) => string | undefined) | undefined
}

const REGISTER = '/register'
const MAX_BYTES = 8192
const HOUR = 3_600_000
/** A client that nobody uses is forgotten after a day: most registrations are never used. */
const UNUSED = 24 * HOUR
/** From the last token on; as long as its longest grant lives unless the operator says otherwise. */
const USED = 90 * 24 * HOUR
const GRANTS: readonly GrantType[] = ['authorization_code', 'refresh_token']

const tooMany = (): OAuthError =>
  new OAuthError(
    'temporarily_unavailable',
    'Too many registrations. Use a client_id metadata document, or try again in an hour.',
    429,
    {
      'retry-after': '3600',
    },
  )

const readBody = async (request: Request): Promise<Record<string, unknown>> => {
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw new OAuthError('invalid_client_metadata', 'Send application/json.')
  const document = readJson(new TextEncoder().encode(await readText(request, MAX_BYTES)))
  if (!isObject(document))
    throw new OAuthError('invalid_client_metadata', 'Send one JSON object that names no member twice.')
  return document
}

/** Nobody can keep a secret that a stranger gets for asking, so a registration is for a public client or one with keys. */
const readClient = (
  document: Record<string, unknown>,
  redirectSchemes: ReadonlySet<string> | undefined,
): Omit<Client, 'id'> => {
  const { name, redirectUris, grants, authentication, jwks, jwksUri } = readClientMetadata(document, {
    redirectSchemes,
    grants: GRANTS,
  })
  if (jwksUri !== undefined) {
    throw new MetadataError(
      'invalid_client_metadata',
      'jwks_uri is not supported; send jwks, or use a client_id metadata document',
    )
  }
  if (authentication === 'private_key_jwt' && !jwks)
    throw new MetadataError('invalid_client_metadata', 'private_key_jwt needs jwks')
  const isKeyed = authentication === 'private_key_jwt'
  return {
    kind: 'dynamic',
    name: name ?? '',
    redirectUris,
    grants,
    authentication: isKeyed ? 'private_key_jwt' : 'none',
    jwks: isKeyed ? jwks : undefined,
  }
}

/** What was registered, which may be less than what was asked for. (RFC 7591 section 3.2.1) */
const information = ({ id, name, redirectUris, grants, authentication, jwks }: Client, now: number) => ({
  client_id: id,
  client_id_issued_at: Math.floor(now / 1000),
  ...(name !== '' && { client_name: name }),
  redirect_uris: redirectUris,
  grant_types: grants,
  response_types: ['code'],
  token_endpoint_auth_method: authentication,
  ...(jwks && { jwks }),
})

/** A client that got a token is in use. */
export const keepClient = async ({ store, now }: Core, { id }: Client): Promise<void> =>
  store.touchClient(id, now() + USED)

/** RFC 7591 for clients that cannot have a metadata document: rate-limited, and collected when unused. */
export function createRegistration(
  core: Core,
  { perAddress = 10, altogether = 300 }: RegistrationOptions,
  { redirectSchemes, clientAddress }: RegistrationContext,
): { readonly route: readonly [string, Route]; readonly clients: ClientSource } {
  const admit = async (request: Request): Promise<void> => {
    const now = core.now()
    const address = clientAddress?.(request)
    const own =
      address === undefined ||
      (await core.store.hit(`register:${await addressKey(core, address)}`, perAddress, HOUR, now))
    if (!own || !(await core.store.hit('register:all', altogether, HOUR, now))) throw tooMany()
  }

  const register = async (request: Request): Promise<Response> => {
    await admit(request)
    const client: Client = { ...readClient(await readBody(request), redirectSchemes), id: `self-${randomSecret()}` }
    const now = core.now()
    if (!(await core.store.addClient({ client, createdAt: now, expiresAt: now + UNUSED }, now))) throw tooMany()
    await core.tell({ type: 'client.registered', ...tellClient(client.id, labelOf(client)) })
    return answerJson(information(client, now), 201)
  }

  const route: Route = async (request) => {
    if (request.method === 'OPTIONS') return answerPreflight('POST')
    try {
      if (request.method !== 'POST') throw new OAuthError('invalid_request', 'Use POST.', 405, { allow: 'POST' })
      return await register(request)
    } catch (error) {
      if (error instanceof MetadataError) return answerError(new OAuthError(error.code, error.message))
      if (error instanceof OAuthError) return answerError(error)
      throw error
    }
  }

  return {
    route: [REGISTER, route],
    clients: async (clientId) => (await core.store.readClient(clientId, core.now()))?.client,
  }
}
