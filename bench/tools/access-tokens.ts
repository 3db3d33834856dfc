import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { Issuer } from '../contenders/contract.ts'

export type Algorithm = 'ES256' | 'RS256'

export interface AccessTokens {
  readonly issuer: Issuer
  readonly tokens: Readonly<Record<Algorithm, readonly string[]>>
}

/** More than anybody remembers, so that each is new when its turn comes again. */
const COUNT = 12_000

/** Access tokens (RFC 9068) that differ in `jti` alone. Signing them takes a few seconds. */
export const createAccessTokens = async (count = COUNT): Promise<AccessTokens> => {
  const about = { issuer: 'https://login.example.com', resource: 'http://127.0.0.1/mcp', scope: 'echo:use' }
  const expires = Math.floor(Date.now() / 1000) + 7200
  const make = async (alg: Algorithm) => {
    const { privateKey, publicKey } = await generateKeyPair(alg)
    const sign = (jti: number) =>
      new SignJWT({ client_id: 'bench', scope: about.scope, jti: String(jti) })
        .setProtectedHeader({ alg, kid: alg, typ: 'at+jwt' })
        .setIssuer(about.issuer)
        .setAudience(about.resource)
        .setSubject('ada')
        .setIssuedAt()
        .setExpirationTime(expires)
        .sign(privateKey)
    const tokens: string[] = []
    for (let jti = 0; jti < count; jti++) tokens.push(await sign(jti))
    return { tokens, key: { ...(await exportJWK(publicKey)), alg, kid: alg, use: 'sig' } }
  }
  const [ec, rsa] = [await make('ES256'), await make('RS256')]
  return { issuer: { ...about, keys: [ec.key, rsa.key] }, tokens: { ES256: ec.tokens, RS256: rsa.tokens } }
}
