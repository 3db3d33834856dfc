import { createLocalJWKSet, jwtVerify } from 'jose'
import type { Issuer } from '../contenders/contract.ts'

/** What somebody writes who has no more than `jose`: signature, issuer, audience, kind and times. */
export const createVerify = ({ issuer, resource, keys }: Issuer) => {
  const keySet = createLocalJWKSet({ keys: [...keys] })
  const options = { issuer, audience: resource, typ: 'at+jwt', algorithms: ['ES256', 'RS256'], clockTolerance: 60 }
  return async (token: string) => {
    const { payload } = await jwtVerify(token, keySet, options)
    const { scope, client_id: clientId, exp: expiresAt } = payload
    return { scopes: String(scope).split(' '), clientId: String(clientId), expiresAt, resource }
  }
}
