import type { Client, ClientAuthentication, ClientSource, GrantType } from './client.ts'
import type { JSONWebKeySet } from 'jose'
import type { Core } from './core.ts'
import { refuseRedirectUri } from './redirect-uri.ts'
import { lazy } from './lazy.ts'

/** A client that the operator makes known. */
export interface ClientOptions {
  readonly clientId: string
  readonly name: string
  readonly redirectUris?: readonly string[] | undefined
  /** At least 32 characters, made at random. Has the client use HTTP Basic unless `authentication` says otherwise. */
  readonly secret?: string | undefined
  /** Public keys, for `private_key_jwt`. */
  readonly jwks?: JSONWebKeySet | undefined
  readonly authentication?: ClientAuthentication | undefined
  /** `authorization_code` and `refresh_token` with redirect URIs, `client_credentials` without. */
  readonly grants?: readonly GrantType[] | undefined
  readonly resources?: readonly string[] | undefined
  readonly scopes?: readonly string[] | undefined
}

const MIN_SECRET = 32
const PRIVATE_MEMBERS = ['d', 'k', 'p', 'q', 'dp', 'dq', 'qi']

/**
 * @throws TypeError for a client that cannot work, naming it.
 */
export function registeredClients(
  options: readonly ClientOptions[],
  core: Pick<Core, 'digest' | 'resources'>,
  schemes: ReadonlySet<string>,
): ClientSource {
  const clients = new Map<string, () => Client | Promise<Client>>()
  for (const option of options) {
    if (clients.has(option.clientId)) throw new TypeError(`The client ${option.clientId} is registered twice.`)
    const client = createClient(option, core, schemes)
    const { secret } = option
    clients.set(option.clientId, secret === undefined ? () => client : lazy(() => withSecret(client, secret, core)))
  }
  return (clientId) => clients.get(clientId)?.()
}

const withSecret = async (client: Client, secret: string, { digest }: Pick<Core, 'digest'>): Promise<Client> => ({
  ...client,
  secretDigest: await digest('client-secret', secret),
})

function createClient(
  options: ClientOptions,
  { resources }: Pick<Core, 'resources'>,
  schemes: ReadonlySet<string>,
): Client {
  const { clientId: id, name, redirectUris = [], secret, jwks, scopes } = options
  const refuse = (why: string): never => {
    throw new TypeError(`The client ${id} cannot work: ${why}`)
  }
  for (const uri of redirectUris) {
    const why = refuseRedirectUri(uri, schemes)
    if (why !== undefined) refuse(`${uri}: ${why}`)
  }
  const authentication =
    options.authentication ?? (secret !== undefined ? 'client_secret_basic' : jwks ? 'private_key_jwt' : 'none')
  const grants =
    options.grants ??
    (redirectUris.length > 0 ? ['authorization_code', 'refresh_token'] : (['client_credentials'] as const))
  const usesSecret = authentication === 'client_secret_basic' || authentication === 'client_secret_post'
  if (usesSecret !== (secret !== undefined)) refuse(`${authentication} ${usesSecret ? 'needs a' : 'has no'} secret.`)
  if (secret !== undefined && secret.length < MIN_SECRET) refuse(`its secret has fewer than ${MIN_SECRET} characters.`)
  if ((authentication === 'private_key_jwt') !== (jwks !== undefined)) refuse('private_key_jwt and jwks go together.')
  if (jwks?.keys.some((key) => PRIVATE_MEMBERS.some((member) => Object.hasOwn(key, member)))) {
    refuse('its jwks has a private or symmetric key; give the public ones.')
  }
  if (grants.includes('authorization_code') && redirectUris.length === 0)
    refuse('authorization_code needs redirectUris.')
  const isAlone =
    grants.includes('client_credentials') || grants.includes('urn:ietf:params:oauth:grant-type:jwt-bearer')
  if (isAlone && authentication === 'none') refuse('it acts without a person, so it needs a secret or jwks.')
  const registered = options.resources?.map((uri) => resources.find(uri)?.resource ?? refuse(`${uri} is no resource.`))
  return { id, kind: 'registered', name, redirectUris, authentication, jwks, grants, resources: registered, scopes }
}
