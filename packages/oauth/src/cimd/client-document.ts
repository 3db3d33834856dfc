import { base64url } from 'jose'
import type { Client } from '../client.ts'
import { isObject, MetadataError, readClientMetadata, type MetadataPolicy } from '../register/client-metadata.ts'
import { readJson } from './read-json.ts'

export interface ClientDocument {
  readonly client: Client
  /** Where the keys lie that the document does not hold. */
  readonly jwksUri: string | undefined
}

const fault = (message: string): never => {
  throw new MetadataError('invalid_client_metadata', message)
}

/** A document that everybody can read holds no shared secret, so nothing is proven by one. (draft section 4.1) */
const authenticationOf = (method = 'none'): 'none' | 'private_key_jwt' =>
  method === 'none' || method === 'private_key_jwt'
    ? method
    : fault('token_endpoint_auth_method must be none or private_key_jwt')

const digest = async (parts: readonly unknown[]): Promise<string> => {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(parts)))
  return base64url.encode(new Uint8Array(bytes))
}

/**
 * The client that a metadata document describes. Throws `MetadataError`.
 * (draft-ietf-oauth-client-id-metadata-document section 4; authorization/client-registration requires name and redirects)
 */
export async function readClientDocument(
  clientId: string,
  bytes: Uint8Array,
  policy: MetadataPolicy = {},
): Promise<ClientDocument> {
  const document = readJson(bytes)
  if (!isObject(document)) return fault('A document is one JSON object, in UTF-8, that names no member twice')
  if (!Object.hasOwn(document, 'client_id') || document['client_id'] !== clientId) {
    return fault('client_id must be the address of the document, character by character')
  }
  if (Object.hasOwn(document, 'client_secret') || Object.hasOwn(document, 'client_secret_expires_at')) {
    return fault('A document that everybody can read must not contain a secret')
  }
  const {
    name,
    redirectUris,
    grants,
    jwks,
    jwksUri,
    authentication: method,
  } = readClientMetadata(document, {
    ...policy,
    forEverybody: true,
  })
  const authentication = authenticationOf(method)
  if (name === undefined) return fault('client_name is missing')
  if (authentication === 'private_key_jwt' && !jwks && !jwksUri) return fault('private_key_jwt needs jwks or jwks_uri')
  const fingerprint = await digest([name, redirectUris, authentication, jwks ?? jwksUri ?? null])
  return {
    client: { id: clientId, kind: 'document', name, redirectUris, authentication, grants, jwks, fingerprint },
    jwksUri: jwks ? undefined : jwksUri,
  }
}
