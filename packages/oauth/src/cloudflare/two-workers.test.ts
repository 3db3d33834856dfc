import type { Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OAuth } from '../create-oauth.ts'
import { CALLBACK, getCode, ISSUER, isGood, redeem, refresh, tokensOf, type SignedIn } from '../fixtures/world.ts'
import { bundleWorker, COMPATIBILITY, startWorkerd, type Workerd } from './fixtures/workerd.ts'

/** The main module of each Worker. */
const RACE = `export * from './race-worker.ts'; export { default } from './race-worker.ts'`
const ROUNDS = 200
const TIMES = 20

/** Two isolates, as of two versions or in two places, that share the objects of a namespace. */
describe('two Workers with one namespace', () => {
  let workerd: Workerd
  let workers: readonly OAuth[]

  beforeAll(async () => {
    const script = await bundleWorker(RACE)
    const object = { className: 'OAuthObject', useSQLite: true }
    workerd = startWorkerd({
      workers: [
        { ...COMPATIBILITY, name: 'one', script, durableObjects: { OAUTH: object } },
        { ...COMPATIBILITY, name: 'other', script, durableObjects: { OAUTH: { ...object, scriptName: 'one' } } },
      ],
    })
    workers = await Promise.all(['one', 'other'].map((name) => workerOf(workerd, name)))
  })

  afterAll(() => workerd[Symbol.asyncDispose]())

  /** How many of so many redemptions won, half of them at each Worker at the same moment. */
  const race = async ({ code, verifier }: SignedIn): Promise<number> => {
    const form = { grant_type: 'authorization_code', client_id: 'app', code, code_verifier: verifier }
    const answers = workers.map(async ({ fetch }) => {
      const headers = { 'x-times': `${TIMES / 2}`, 'content-type': 'application/x-www-form-urlencoded' }
      const body = new URLSearchParams({ ...form, redirect_uri: CALLBACK }).toString()
      const response = await fetch(new Request(`${ISSUER}/token`, { method: 'POST', headers, body }))
      return (await response.json()) as number[]
    })
    return (await Promise.all(answers)).flat().filter((status) => status === 200).length
  }

  it(`TA28: redeem a code once, of ${TIMES} at the same time in ${ROUNDS} rounds`, async () => {
    const winners: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      winners.push(await race(await getCode(workers[round % 2]!, { scope: 'notes:read' })))
    }
    expect(winners.filter((count) => count !== 1)).toEqual([])
  }, 60_000)

  it('TA33: give one successor for a refresh token, and notice in one that it was used in the other', async () => {
    const [one, other] = [workers[0]!, workers[1]!]
    const first = tokensOf(await redeem(one, await getCode(other, { scope: 'notes:read' })))
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, number) => refresh(workers[number % 2]!, first.refresh)),
    )
    expect(new Set(answers.map((answer) => tokensOf(answer).refresh)).size).toBe(1)
    const third = tokensOf(await refresh(other, tokensOf(answers[0]!).refresh))
    expect(await isGood(one, first.refresh)).toBe(false)
    expect(await isGood(other, third.refresh)).toBe(false)
  })

  it('go on with what there was when the runtime has restarted', async () => {
    const code = await getCode(workers[0]!, { scope: 'notes:read' })
    const { refresh: token } = tokensOf(await redeem(workers[0]!, await getCode(workers[0]!, { scope: 'notes:read' })))
    await workerd.restart()
    workers = await Promise.all(['one', 'other'].map((name) => workerOf(workerd, name)))
    expect(tokensOf(await redeem(workers[1]!, code)).access).toMatch(/^ey/)
    expect((await redeem(workers[0]!, code)).body).toMatchObject({ error: 'invalid_grant' })
    const next = tokensOf(await refresh(workers[0]!, token))
    expect(tokensOf(await refresh(workers[1]!, token))).toEqual(next)
  })

  it('sign with one key', async () => {
    const keys = workers.map(async ({ fetch }) => (await fetch(new Request(`${ISSUER}/jwks`))).json())
    const [one, other] = await Promise.all(keys)
    expect(one).toEqual(other)
  })
})

it('a Worker does not start without its binding, and says which lines are missing', async () => {
  const said = Promise.withResolvers<string>()
  const options = {
    ...COMPATIBILITY,
    script: await bundleWorker(RACE),
    durableObjects: { AUTH: { className: 'OAuthObject', useSQLite: true } },
  }
  const workerd = startWorkerd(options, (text) => text.includes('wrangler.jsonc') && said.resolve(text))
  await expect(workerd.miniflare.ready).rejects.toThrow()
  expect(await said.promise).toContain('This Worker has no binding OAUTH, but it has AUTH.')
  // It has nothing to stop but that failure.
  await expect(workerd[Symbol.asyncDispose]()).rejects.toThrow()
})

/** A Worker as the tests of the package ask an authorization server. */
async function workerOf({ miniflare }: Workerd, name: string): Promise<OAuth> {
  const worker = (await miniflare.getWorker(name)) as unknown as { readonly fetch: Miniflare['dispatchFetch'] }
  const fetch = async (request: Request): Promise<Response> => {
    const { method, headers, url } = request
    const body = method === 'GET' ? undefined : await request.text()
    const answer = await worker.fetch(url, { method, headers: [...headers], body, redirect: 'manual' })
    return new Response(await answer.arrayBuffer(), { status: answer.status, headers: [...answer.headers] })
  }
  return { issuer: ISSUER, fetch } as OAuth
}
