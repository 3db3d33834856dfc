import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import { Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorize, getCode, ISSUER, isGood, NOTES, redeem, refresh, sent, tokensOf } from './fixtures/world.ts'
import type { OAuth } from './create-oauth.ts'

describe('in workerd', () => {
  let miniflare: Miniflare
  let oauth: OAuth

  beforeAll(async () => {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL('fixtures/worker.ts', import.meta.url))],
      bundle: true,
      write: false,
      format: 'esm',
      target: 'es2024',
      conditions: ['hawser-source', 'workerd', 'worker', 'browser'],
    })
    miniflare = new Miniflare({ modules: true, script: outputFiles[0]!.text, compatibilityDate: '2026-06-11' })
    const send = async (request: Request): Promise<Response> => {
      const { method, headers } = request
      const body = method === 'GET' ? undefined : await request.text()
      const answered = await miniflare.dispatchFetch(request.url, {
        method,
        headers: [...headers],
        body,
        redirect: 'manual',
      })
      const { status } = answered
      return new Response(await answered.arrayBuffer(), { status, headers: [...answered.headers] })
    }
    oauth = { issuer: ISSUER, fetch: send } as OAuth
  })

  afterAll(() => miniflare.dispose())

  it('signs in, refreshes, notices a second use, and signs what others can verify', async () => {
    const scope = 'notes:read'
    expect(sent(await authorize(oauth, { scope }))).toMatchObject({ iss: ISSUER, state: 'the state' })
    const code = await getCode(oauth, { scope })
    const tokens = tokensOf(await redeem(oauth, code))
    const keys = (await (await oauth.fetch(new Request(`${ISSUER}/jwks`))).json()) as JSONWebKeySet
    const { payload } = await jwtVerify(tokens.access, createLocalJWKSet(keys), {
      issuer: ISSUER,
      audience: NOTES,
      typ: 'at+jwt',
    })
    expect(payload).toMatchObject({ sub: 'ada', client_id: 'app', scope })
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(oauth, tokens.refresh)))
    expect(new Set(answers.map((answer) => JSON.stringify(tokensOf(answer)))).size).toBe(1)
    expect((await redeem(oauth, code)).body).toMatchObject({ error: 'invalid_grant' })
    expect(await isGood(oauth, tokensOf(answers[0]!).refresh)).toBe(false)
  })

  it('TA28: redeems a code once of 20 times at once', async () => {
    const code = await getCode(oauth, { scope: 'notes:read' })
    const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(oauth, code)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  it('TA41: reads no more of a body than it takes', async () => {
    const response = await oauth.fetch(
      new Request(`${ISSUER}/token`, {
        method: 'POST',
        body: 'x'.repeat(100_000),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }),
    )
    expect(response.status).toBe(413)
  })
})
