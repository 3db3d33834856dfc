import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'

/** Milliseconds that keys are used, and that nobody is asked again for one that was not there. */
const MAX_AGE = 600_000
const COOLDOWN = 30_000
const TIMEOUT = 5_000
const HEADERS = { accept: 'application/json, application/jwk-set+json' }

/**
 * The public keys of an identity provider at a URL. Each request has its own answer, since those of a Worker cannot wait for another's.
 *
 * @throws Error when they cannot be had.
 */
export function remoteKeys(url: URL): JWTVerifyGetKey {
  let kept: { readonly at: number; readonly find: JWTVerifyGetKey } | undefined
  let asked = Number.NEGATIVE_INFINITY

  const ask = async (): Promise<JWTVerifyGetKey> => {
    asked = Date.now()
    const signal = AbortSignal.timeout(TIMEOUT)
    const response = await fetch(url, { headers: HEADERS, redirect: 'manual', signal })
    if (response.status !== 200) throw new Error(`${url.href} answered with HTTP ${response.status}.`)
    const find = createLocalJWKSet((await response.json()) as JSONWebKeySet)
    kept = { at: asked, find }
    return find
  }
  return async (header, token) => {
    const isKept = kept !== undefined && Date.now() - kept.at < MAX_AGE
    const find = kept !== undefined && isKept ? kept.find : await ask()
    try {
      return await find(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || Date.now() - asked < COOLDOWN) throw error
      return (await ask())(header, token)
    }
  }
}
