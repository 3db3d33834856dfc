import { createHash, randomBytes } from 'node:crypto'
import * as z from 'zod'
import type { IssuerUnderTest } from '../contenders/contract.ts'
import { REDIRECT_URI, RESOURCE, SCOPES } from './issuing.ts'

const answer = z.object({ access_token: z.string().min(20), refresh_token: z.string().min(20) })

const post = async ({ issuer, tokenPath, clientId, fetch }: IssuerUnderTest, values: Record<string, string>) => {
  const body = new URLSearchParams({ client_id: clientId, resource: RESOURCE, ...values }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const response = await fetch(new Request(issuer + tokenPath, { method: 'POST', headers, body }))
  const text = await response.text()
  if (response.status !== 200) throw new Error(`expected tokens, came HTTP ${response.status}: ${text.slice(0, 300)}`)
  return answer.parse(JSON.parse(text)).refresh_token
}

/** A code that was given for a request with PKCE. */
export interface Code {
  readonly code: string
  readonly verifier: string
}

export const authorize = async ({ issuer, clientId, fetch }: IssuerUnderTest): Promise<Code> => {
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: REDIRECT_URI,
    resource: RESOURCE,
    scope: SCOPES.join(' '),
    state: 'bench',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const asked = await fetch(new Request(`${issuer}/authorize?${query.toString()}`, { redirect: 'manual' }))
  const text = await asked.text()
  const code = new URL(asked.headers.get('location') ?? REDIRECT_URI).searchParams.get('code')
  if (code === null) throw new Error(`expected a code, came HTTP ${asked.status}: ${text.slice(0, 300)}`)
  return { code, verifier }
}

/** Exchanges a code; resolves to the refresh token. */
export const redeem = (server: IssuerUnderTest, { code, verifier }: Code): Promise<string> =>
  post(server, { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, code_verifier: verifier })

/** Resolves to the next refresh token. */
export const refresh = (server: IssuerUnderTest, token: string): Promise<string> =>
  post(server, { grant_type: 'refresh_token', refresh_token: token })
