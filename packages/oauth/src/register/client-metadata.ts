import type { JSONWebKeySet, JWK } from 'jose'
import type { GrantType } from '../client.ts'
import { refuseRedirectUri } from '../redirect-uri.ts'

/** What a client says about itself, in a document of its own or when it registers. (RFC 7591 section 2) */
export interface ClientMetadata {
  readonly name: string | undefined
  readonly redirectUris: readonly string[]
  readonly grants: readonly GrantType[]
  /** As it was said, since documents and registrations allow different ones. */
  readonly authentication: string | undefined
  readonly jwks: JSONWebKeySet | undefined
  readonly jwksUri: string | undefined
}

export interface MetadataPolicy {
  /** Private-use schemes that the operator accepts for redirects. */
  readonly redirectSchemes?: ReadonlySet<string> | undefined
  /** Grant types that a client may name. */
  readonly grants?: readonly GrantType[]
  /** Skip what this server does not offer: a document is written for every server, a registration for this one. */
  readonly forEverybody?: boolean
}

/** What is wrong, with one of the two codes of RFC 7591 section 3.2.2. The message repeats nothing of the metadata. */
export class MetadataError extends Error {
  override readonly name = 'MetadataError'
  readonly code: 'invalid_redirect_uri' | 'invalid_client_metadata'

  constructor(code: MetadataError['code'], message: string) {
    super(message)
    this.code = code
  }
}

const MAX_REDIRECTS = 20
const MAX_KEYS = 10
const MAX_NAME = 200
const MAX_URL = 2048
const GRANTS: readonly GrantType[] = [
  'authorization_code',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
]
const RESPONSE_TYPES: readonly string[] = ['code']
const KEY_TYPES: readonly unknown[] = ['EC', 'RSA', 'OKP']
/** Members of a JWK that only its owner may know. (RFC 7518 section 6) */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

const refuse = (message: string): never => {
  throw new MetadataError('invalid_client_metadata', message)
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Own members only, so that a document cannot speak through a prototype. */
const member = (object: Record<string, unknown>, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined

const knownOf = <T extends string>(
  document: Record<string, unknown>,
  name: string,
  known: readonly T[],
  policy: MetadataPolicy,
): readonly T[] | undefined => {
  const values = member(document, name)
  if (values === undefined) return undefined
  if (!Array.isArray(values) || !values.every((value) => typeof value === 'string')) {
    return refuse(`${name} must be an array of strings`)
  }
  if (!policy.forEverybody && values.some((value) => !known.includes(value as T))) {
    return refuse(`${name} may contain ${known.join(', ')}`)
  }
  return known.filter((value) => values.includes(value))
}

/** A URI that only an operator's option keeps out: in a document for everybody it may stand beside others. */
const isPrivateUse = (uri: string): boolean =>
  refuseRedirectUri(uri, new Set([uri.slice(0, uri.indexOf(':')).toLowerCase()])) === undefined

const redirectsOf = (document: Record<string, unknown>, policy: MetadataPolicy): readonly string[] => {
  const fault = (message: string): never => {
    throw new MetadataError('invalid_redirect_uri', message)
  }
  const uris = member(document, 'redirect_uris')
  if (!Array.isArray(uris) || uris.length === 0) return fault('redirect_uris must be an array with one URI or more')
  if (uris.length > MAX_REDIRECTS) return fault(`redirect_uris may have ${MAX_REDIRECTS} members at most`)
  const usable: string[] = []
  let skipped: string | undefined
  for (const uri of uris as readonly unknown[]) {
    if (typeof uri !== 'string') return fault('redirect_uris must be an array of strings')
    const problem = refuseRedirectUri(uri, policy.redirectSchemes)
    if (problem === undefined) usable.push(uri)
    else if (policy.forEverybody && isPrivateUse(uri)) skipped = problem
    else return fault(problem)
  }
  return usable.length > 0 ? usable : fault(skipped ?? 'redirect_uris has no usable URI')
}

const publicKey = (key: unknown): JWK => {
  if (!isObject(key) || !KEY_TYPES.includes(member(key, 'kty')))
    return refuse('A key set may hold EC, RSA and OKP keys')
  if (PRIVATE_MEMBERS.some((name) => Object.hasOwn(key, name))) return refuse('A key set must hold public keys only')
  return key
}

/** A set of public keys. Throws `MetadataError`. */
export function readKeySet(jwks: unknown): JSONWebKeySet {
  const keys = isObject(jwks) ? member(jwks, 'keys') : undefined
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > MAX_KEYS) {
    return refuse(`A key set must have 1 to ${MAX_KEYS} keys`)
  }
  return { keys: keys.map(publicKey) }
}

const keyAddress = (document: Record<string, unknown>): string | undefined => {
  const uri = member(document, 'jwks_uri')
  if (uri === undefined) return undefined
  if (typeof uri !== 'string' || uri.length > MAX_URL || !uri.startsWith('https://') || !URL.canParse(uri)) {
    return refuse('jwks_uri must be an https URL')
  }
  return uri
}

const nameOf = (document: Record<string, unknown>): string | undefined => {
  const name = member(document, 'client_name')
  if (name === undefined) return undefined
  if (typeof name !== 'string' || name.trim() === '') return refuse('client_name must be a string that is not empty')
  return name.slice(0, MAX_NAME)
}

/**
 * Reads the members that matter and drops the others, `logo_uri` among them: a stranger's picture on the consent page would
 * tell the stranger who looks at it. Throws `MetadataError`.
 */
export function readClientMetadata(document: Record<string, unknown>, policy: MetadataPolicy = {}): ClientMetadata {
  const redirectUris = redirectsOf(document, policy)
  const grants = knownOf(document, 'grant_types', policy.grants ?? GRANTS, policy) ?? [
    'authorization_code',
    'refresh_token',
  ]
  if (!grants.includes('authorization_code')) refuse('grant_types must contain authorization_code')
  knownOf(document, 'response_types', RESPONSE_TYPES, policy)
  const authentication = member(document, 'token_endpoint_auth_method')
  if (authentication !== undefined && typeof authentication !== 'string') {
    return refuse('token_endpoint_auth_method must be a string')
  }
  const jwks = member(document, 'jwks')
  const jwksUri = keyAddress(document)
  if (jwks !== undefined && jwksUri !== undefined) refuse('jwks and jwks_uri exclude each other')
  return {
    name: nameOf(document),
    redirectUris,
    grants,
    authentication,
    jwks: jwks === undefined ? undefined : readKeySet(jwks),
    jwksUri,
  }
}
