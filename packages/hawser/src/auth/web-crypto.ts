import type { Algorithm, VerifySignature } from './jwt.ts'
import type { Digest } from './token-cache.ts'

/** What checks of tokens need of a runtime, each as it does it best. */
export interface AuthCrypto {
  readonly digest: Digest
  readonly verifySignature: VerifySignature
}

const encoder = /* @__PURE__ */ new TextEncoder()

/** What is not said by the key. (RFC 7518 §3.1) */
function parametersOf(algorithm: Algorithm): string | EcdsaParams | RsaPssParams {
  if (algorithm.startsWith('ES')) return { name: 'ECDSA', hash: `SHA-${algorithm.slice(2)}` }
  if (algorithm === 'PS256') return { name: 'RSA-PSS', saltLength: 32 }
  return algorithm.startsWith('RS') ? 'RSASSA-PKCS1-v1_5' : 'Ed25519'
}

/** As every runtime can. */
export const authCrypto: AuthCrypto = {
  digest: async (text) =>
    String.fromCharCode(...new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text)))),
  verifySignature: (algorithm, key, signature, text) =>
    crypto.subtle.verify(parametersOf(algorithm), key, new Uint8Array(signature), encoder.encode(text)),
}
