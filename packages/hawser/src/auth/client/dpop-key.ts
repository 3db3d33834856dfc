import {
  allowInsecureRequests,
  customFetch,
  DPoP,
  type DPoPHandle,
  generateKeyPair,
  protectedResourceRequest,
} from 'oauth4webapi'
import { parseObject } from './json.ts'
import { Secret } from './secret.ts'

/** A key that tokens are bound to. (RFC 9449) */
export interface DpopKey {
  readonly handle: DPoPHandle
  /** The private key as JWK, to be kept with the tokens. */
  readonly secret: Secret
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const

/** Kept with the tokens, which are worth nothing without it, so it has to be extractable. */
export async function createDpopKey(): Promise<DpopKey> {
  const pair = await generateKeyPair('ES256', { extractable: true })
  const jwk = await crypto.subtle.exportKey('jwk', pair.privateKey)
  return { handle: DPoP({}, pair), secret: new Secret(JSON.stringify(jwk)) }
}

export async function readDpopKey(secret: Secret): Promise<DpopKey> {
  const jwk = parseObject(secret.reveal(), 'a key') as JsonWebKey
  const { d: _, key_ops: __, ...open } = jwk
  const [privateKey, publicKey] = await Promise.all([
    crypto.subtle.importKey('jwk', jwk, ALGORITHM, true, ['sign']),
    crypto.subtle.importKey('jwk', { ...open, key_ops: ['verify'] }, ALGORITHM, true, ['verify']),
  ])
  return { handle: DPoP({}, { privateKey, publicKey }), secret }
}

/** The headers that prove possession for one request, and for no other. */
export async function prove(
  { handle }: DpopKey,
  token: string,
  method: string,
  url: string,
): Promise<Readonly<Record<string, string>>> {
  let proof: Readonly<Record<string, string>> = {}
  await request(handle, token, method, url, (headers) => {
    proof = headers
    return new Response(null)
  })
  return { authorization: proof['authorization'] ?? '', dpop: proof['dpop'] ?? '' }
}

/** Keeps the nonce that a server wants to see in proofs. (RFC 9449 §8.2) */
export async function keepNonce({ handle }: DpopKey, nonce: string, url: string): Promise<void> {
  await request(handle, 'none', 'GET', url, () => new Response(null, { headers: { 'dpop-nonce': nonce } }))
}

/** The library signs what it sends; what it sends goes nowhere. */
const request = (
  handle: DPoPHandle,
  token: string,
  method: string,
  url: string,
  answer: (headers: Readonly<Record<string, string>>) => Response,
): Promise<Response> =>
  protectedResourceRequest(token, method, new URL(url), new Headers(), null, {
    DPoP: handle,
    [allowInsecureRequests]: true,
    [customFetch]: async (_url, { headers }) => answer(headers),
  })
