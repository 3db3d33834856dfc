import { type AuthorizationServer, type ClientAuth, ClientSecretPost, None, PrivateKeyJwt } from 'oauth4webapi'
import type { Secret } from './secret.ts'

/** How a client is known to an issuer. */
export interface KnownClient {
  readonly id: string
  readonly secret?: Secret | undefined
  /** Signs what proves who the client is. */
  readonly privateKey?: PrivateKey | undefined
  /** The method that was agreed on at registration. */
  readonly method?: string | undefined
}

/** A private key, and the name by which the issuer knows its public half. */
export interface PrivateKey {
  readonly key: CryptoKey
  readonly kid?: string | undefined
}

/** Chooses the way by which a client proves itself at the token endpoint. */
export function authenticateClient(as: AuthorizationServer, { secret, privateKey, method }: KnownClient): ClientAuth {
  if (privateKey !== undefined) {
    return PrivateKeyJwt(privateKey.kid === undefined ? privateKey.key : { key: privateKey.key, kid: privateKey.kid })
  }
  if (secret === undefined || method === 'none') return None()
  // Basic is what counts when nothing is said. (RFC 8414 §2, RFC 7591 §2)
  const offered = as.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  const usesBody =
    method === 'client_secret_post' || (method !== 'client_secret_basic' && !offered.includes('client_secret_basic'))
  return usesBody ? ClientSecretPost(secret.reveal()) : basic(secret)
}

/** Leaves alone what needs no encoding, since many issuers do not decode; RFC 6749 §2.3.1 has both encoded. */
const basic =
  (secret: Secret): ClientAuth =>
  (_as, { client_id: id }, _body, headers) => {
    const pair = `${formEncode(id)}:${formEncode(secret.reveal())}`
    headers.set('authorization', `Basic ${btoa(pair)}`)
  }

const formEncode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`)
