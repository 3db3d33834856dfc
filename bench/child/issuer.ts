import { createHash, randomBytes } from 'node:crypto'
import * as z from 'zod'
import type { IssuerUnderTest, OpenIssuer } from '../contenders/contract.ts'
import { cpuPerOperation } from '../measure/cpu.ts'
import { answerWithValues } from '../measure/values.ts'

/** What the runner sends once. */
export interface IssuerTask {
  readonly module: string
  /** CPU time to spend before and while a figure is taken, in ms. */
  readonly warmMs: number
  readonly runMs: number
}

const about = {
  redirectUri: 'https://client.example.com/callback',
  resource: 'https://notes.example.com/mcp',
  scopes: ['notes:read', 'notes:write'],
}

const answer = z.object({ access_token: z.string().min(20), refresh_token: z.string().min(20) })

const post = async ({ issuer, tokenPath, clientId, fetch }: IssuerUnderTest, values: Record<string, string>) => {
  const body = new URLSearchParams({ client_id: clientId, resource: about.resource, ...values }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const response = await fetch(new Request(issuer + tokenPath, { method: 'POST', headers, body }))
  const text = await response.text()
  if (response.status !== 200) throw new Error(`expected tokens, came HTTP ${response.status}: ${text.slice(0, 300)}`)
  return answer.parse(JSON.parse(text))
}

/** An authorization request with PKCE, the code that it ends with, and its exchange. */
const signIn = async (server: IssuerUnderTest) => {
  const { issuer, clientId, fetch } = server
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: about.redirectUri,
    resource: about.resource,
    scope: about.scopes.join(' '),
    state: 'bench',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const asked = await fetch(new Request(`${issuer}/authorize?${query.toString()}`))
  const code = new URL(asked.headers.get('location') ?? about.redirectUri).searchParams.get('code')
  if (code === null)
    throw new Error(`expected a code, came HTTP ${asked.status}: ${(await asked.text()).slice(0, 300)}`)
  return post(server, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: about.redirectUri,
    code_verifier: verifier,
  })
}

const run = async ({ module, warmMs, runMs }: IssuerTask) => {
  const { openIssuer }: { openIssuer: OpenIssuer } = await import(module)
  const values: Record<string, number> = {}
  for (const store of ['memory', 'disk'] as const) {
    const server = await openIssuer({ store, ...about })
    if (server === undefined) continue
    await cpuPerOperation(() => signIn(server), 1, warmMs)
    values[`${store}-cpu`] = await cpuPerOperation(() => signIn(server), 1, runMs)

    let current = await signIn(server)
    const refresh = async () => {
      current = await post(server, { grant_type: 'refresh_token', refresh_token: current.refresh_token })
    }
    await cpuPerOperation(refresh, 1, warmMs / 2)
    values[`${store}-refresh`] = await cpuPerOperation(refresh, 1, runMs / 2)

    const began = performance.now()
    let count = 0
    while (performance.now() - began < runMs) {
      await Promise.all(Array.from({ length: 16 }, () => signIn(server)))
      count += 16
    }
    values[`${store}-rate`] = (count * 1000) / (performance.now() - began)
  }
  return values
}

answerWithValues(run)
