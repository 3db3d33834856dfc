import { authCrypto } from '#auth-crypto'
import {
  protectedResource as protect,
  type ProtectedResourceOptions,
  type SharedIssuer,
  sharedIssuer as share,
} from './auth/index.ts'
import type { Authenticator } from './call/index.ts'

export {
  type Algorithm,
  type Authenticator,
  type Claims,
  type Described,
  type Fetch,
  introspection,
  type IntrospectionOptions,
  type LocalIssuer,
  type Principal,
  type ProtectedResourceOptions,
  type PublicDocument,
  type SharedIssuer,
  type SharedResourceOptions,
  type TokenCheck,
} from './auth/index.ts'

/**
 * Protects a server: tokens of an issuer, meant for this resource and sent in the header, say who calls and what they may. What
 * clients need to sign in is served beside the endpoint.
 *
 * @throws TypeError when an address is neither https nor on this machine, or options contradict each other.
 * @example
 * const auth = protectedResource({ resource: 'https://notes.example.com/mcp', issuer: 'https://login.example.com' })
 * const notes = mcp({ name: 'notes', version: '1.0.0', auth, scopes: { 'notes:read': { title: 'Read your notes', baseline: true } } })
 * @see basic/authorization, RFC 9728, RFC 9068
 */
export function protectedResource(options: ProtectedResourceOptions): Authenticator {
  return protect(options, authCrypto)
}

/**
 * Names one issuer for several servers before it is made, so that each is protected by it where it is written, and `suite()` tells it of all
 * of them. Tokens are for one server each.
 *
 * @throws TypeError when the address is neither https nor on this machine.
 * @example
 * export const signIn = sharedIssuer('https://shop.example.com')
 * const orders = mcp({ name: 'orders', version: '1.0.0', auth: signIn.protect('/orders/mcp'), scopes: { 'orders:read': 'Read your orders' } })
 * @see RFC 8707, RFC 9728
 */
export function sharedIssuer(issuer: string): SharedIssuer {
  return share(issuer, protectedResource)
}
