import { describe, expect, it } from 'vitest'
import type { Ending } from './consent.ts'
import { STORES } from './fixtures/stores.ts'
import {
  authorize,
  createPkce,
  createWorld,
  drive,
  isGood,
  ISSUER,
  NOTES,
  notes,
  redeem,
  sent,
  tokensOf,
} from './fixtures/world.ts'
import type { Transaction } from './transaction.ts'

const ADA = { userId: 'ada', tenant: 'acme' }

/** A request that waits for somebody to decide. */
async function begin(createStore: (typeof STORES)[number][1], values: Readonly<Record<string, string>> = {}) {
  const held: { ending?: Ending; transaction?: Transaction; handle?: string } = {}
  const world = createWorld({
    store: createStore(),
    resources: [notes, { ...drive, tenant: 'other' }],
    front: (core) => {
      held.ending = core
      return {
        consent: ({ transaction, handle }) => {
          Object.assign(held, { transaction, handle })
          return new Response('Do you allow this?')
        },
        routes: new Map(),
        clients: [],
        metadata: {},
      }
    },
  })
  const { verifier, challenge } = createPkce()
  const response = await authorize(world.oauth, { code_challenge: challenge, ...values })
  expect(response.status).toBe(200)
  const [cookie = ''] = response.headers.getSetCookie()[0]?.split(';') ?? []
  const { ending, transaction, handle } = held
  return { ...world, verifier, cookie, ending: ending!, transaction: transaction!, handle: handle! }
}

const from = (cookie: string): Request => new Request(`${ISSUER}/consent`, { headers: { cookie } })

describe.each(STORES)('a transaction, kept in %s', (_, createStore) => {
  it('goes on in the browser that began it, and in no other', async () => {
    const { ending, transaction, handle, cookie } = await begin(createStore)
    const other = await begin(createStore)
    expect(await ending.resume(from(cookie), handle)).toEqual(JSON.parse(JSON.stringify(transaction)))
    expect(await ending.resume(from(`a=b; ${cookie}; c=d`), handle)).toMatchObject({ key: transaction.key })
    const [name] = cookie.split('=')
    for (const wrong of [
      '',
      `${name}=`,
      `${name}=${'x'.repeat(43)}`,
      `${name}=${other.cookie.split('=')[1]}`,
      other.cookie,
      `x${cookie}`,
    ]) {
      expect(await ending.resume(from(wrong), handle), wrong).toBeUndefined()
    }
    for (const wrong of ['', 'x', 'x'.repeat(43), transaction.key, other.handle]) {
      expect(await ending.resume(from(cookie), wrong), wrong).toBeUndefined()
    }
  })

  it('goes on for ten minutes', async () => {
    const { ending, transaction, handle, cookie, clock, events } = await begin(createStore)
    clock.now += 600_000
    expect(await ending.resume(from(cookie), handle)).toBeUndefined()
    expect((await ending.approve(transaction, { user: ADA })).status).toBe(400)
    expect((await ending.deny(transaction)).status).toBe(400)
    expect(events).toEqual([])
  })

  it('ends in one code for what was allowed, and is over then', async () => {
    const { oauth, ending, transaction, handle, cookie, verifier } = await begin(createStore)
    const answers = await Promise.all(
      [1, 2, 3].map(() => ending.approve(transaction, { user: ADA, scopes: ['notes:read'] })),
    )
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(2)
    const approved = answers.find(({ status }) => status === 303)!
    expect(approved.headers.getSetCookie()).toEqual([expect.stringMatching(/^__Host-hawser-[\w-]{16}=; .*Max-Age=0$/)])
    const { code = '', ...rest } = sent(approved)
    expect(rest).toEqual({ state: 'the state', iss: ISSUER })
    expect(await ending.resume(from(cookie), handle)).toBeUndefined()
    expect((await ending.deny(transaction)).status).toBe(400)
    const answer = await redeem(oauth, { code, verifier })
    expect(answer.body).toMatchObject({ scope: 'notes:read' })
    expect(await isGood(oauth, tokensOf(answer).refresh)).toBe(true)
  })

  it('ends in no code for scopes that were not asked for, and goes on', async () => {
    const { ending, transaction, events } = await begin(createStore, { scope: 'notes:read' })
    const wider = await ending.approve(transaction, { user: ADA, scopes: ['notes:read', 'notes:write'] })
    expect([wider.status, wider.headers.get('location')]).toEqual([400, null])
    expect(events).toEqual([])
    expect((await ending.approve(transaction, { user: ADA })).status).toBe(303)
  })

  it('ends in a refusal, with issuer and state', async () => {
    const { ending, transaction, events } = await begin(createStore)
    const answer = sent(await ending.deny(transaction))
    expect(answer).toEqual({
      error: 'access_denied',
      error_description: expect.any(String),
      state: 'the state',
      iss: ISSUER,
    })
    expect(events.map(({ type }) => type)).toEqual(['consent.denied'])
    expect((await ending.approve(transaction, { user: ADA })).status).toBe(400)
  })

  it('ends in a refusal for a person of another tenant than the resource', async () => {
    const { ending, transaction, events } = await begin(createStore, { resource: drive.resource, scope: 'drive:read' })
    expect(transaction.resource).not.toBe(NOTES)
    expect(sent(await ending.approve(transaction, { user: ADA }))).toMatchObject({
      error: 'access_denied',
      iss: ISSUER,
    })
    expect(events.map(({ type }) => type)).toEqual(['authorization.refused'])
  })
})
