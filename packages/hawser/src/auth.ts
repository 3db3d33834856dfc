import { authCrypto } from '#auth-crypto'
import { protectedResource as protect, type ProtectedResourceOptions } from './auth/index.ts'
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
