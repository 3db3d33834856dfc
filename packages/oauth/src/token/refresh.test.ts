import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { STORES } from '../fixtures/stores.ts'
import {
  CALLBACK,
  worldOn,
  drive,
  getCode,
  getTokens,
  isGood,
  NOTES,
  notes,
  redeem,
  refresh,
  tokensOf,
} from '../fixtures/world.ts'
import type { GrantStore } from '../store.ts'

const GRACE = 30_000

describe.each(STORES)('refreshing, kept in %s', (_, createStore) => {
  const createWorld = worldOn(createStore)

  // spec: security-rotation
  it('gives a new refresh token each time', async () => {
    const { oauth, clock } = createWorld()
    const first = await getTokens(oauth)
    const answer = await refresh(oauth, first.refresh)
    expect(answer.body).toMatchObject({ token_type: 'Bearer', expires_in: 600, scope: 'notes:read notes:write' })
    const second = tokensOf(answer)
    expect(second.refresh).not.toBe(first.refresh)
    expect(decodeJwt(second.access)).toMatchObject({ gid: decodeJwt(first.access)['gid'], aud: NOTES, sub: 'ada' })
    clock.now += GRACE
    expect(await isGood(oauth, second.refresh)).toBe(true)
  })

  // spec: security-rotation
  it('TA32: revokes the family when a token is used after its successor', async () => {
    const { oauth, events } = createWorld()
    const first = await getTokens(oauth)
    const second = tokensOf(await refresh(oauth, first.refresh))
    const third = tokensOf(await refresh(oauth, second.refresh))
    events.length = 0
    expect((await refresh(oauth, first.refresh)).body).toMatchObject({ error: 'invalid_grant' })
    expect(events.map(({ type }) => type)).toEqual(['token.refresh_reuse', 'grant.revoked', 'token.refused'])
    for (const { refresh: token } of [first, second, third]) expect(await isGood(oauth, token)).toBe(false)
    expect(await oauth.isGrantLive(String(decodeJwt(third.access)['gid']))).toBe(false)
  })

  it('TA32: revokes the family when a token is used again after the grace', async () => {
    const { oauth, clock } = createWorld()
    const first = await getTokens(oauth)
    const second = tokensOf(await refresh(oauth, first.refresh))
    clock.now += GRACE
    expect((await refresh(oauth, first.refresh)).body).toMatchObject({ error: 'invalid_grant' })
    expect(await isGood(oauth, second.refresh)).toBe(false)
  })

  it('TA32: gives the same answer again within the grace, and makes one successor', async () => {
    const { oauth, clock, events } = createWorld()
    const first = await getTokens(oauth)
    const answer = await refresh(oauth, first.refresh)
    clock.now += GRACE - 1
    expect((await refresh(oauth, first.refresh)).body).toEqual(answer.body)
    expect((await refresh(oauth, first.refresh)).body).toEqual(answer.body)
    expect(events.filter(({ type }) => type === 'token.refreshed')).toHaveLength(1)
    expect(await isGood(oauth, tokensOf(answer).refresh)).toBe(true)
  })

  it('TA33: gives 20 concurrent refreshes of one token the same successor, and keeps the family', async () => {
    for (let round = 0; round < 5; round++) {
      const { oauth, events } = createWorld()
      const { refresh: token } = await getTokens(oauth)
      const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(oauth, token)))
      expect(new Set(answers.map((answer) => JSON.stringify(tokensOf(answer))))).toHaveLength(1)
      expect(events.filter(({ type }) => type === 'token.refreshed')).toHaveLength(1)
      expect(events.map(({ type }) => type)).not.toContain('grant.revoked')
      expect(await isGood(oauth, tokensOf(answers[0]!).refresh)).toBe(true)
    }
  })

  it('TA33: lets one of 20 win without grace, and ends the family, since two hold the token', async () => {
    const { oauth, events } = createWorld({ lifetimes: { grace: 0 } })
    const { refresh: token } = await getTokens(oauth)
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(oauth, token)))
    const won = answers.filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    expect(events.filter(({ type }) => type === 'grant.revoked')).toHaveLength(1)
    expect(await isGood(oauth, tokensOf(won[0]!).refresh)).toBe(false)
  })

  it('TA34: lets no successor outlive its family, wherever a refresh is held up', async () => {
    for (const moment of ['before', 'after'] as const) {
      const { store, holdNext, release, isHeld } = slowStore(createStore(), moment)
      const { oauth } = createWorld({ store, lifetimes: { grace: 0 } })
      const { refresh: token } = await getTokens(oauth)
      holdNext()
      const slow = refresh(oauth, token)
      await isHeld
      // Somebody replays the token while the first is held up.
      const replay = await refresh(oauth, token)
      release()
      const answers = [await slow, replay]
      const successors = answers.flatMap(({ body }) =>
        typeof body['refresh_token'] === 'string' ? [body['refresh_token']] : [],
      )
      expect(successors).toHaveLength(1)
      expect(await isGood(oauth, successors[0]!)).toBe(false)
      expect(await isGood(oauth, token)).toBe(false)
    }
  })

  it('TA34: keeps the old token when the store fails before it changed anything', async () => {
    const inner = createStore()
    let fails = true
    const store: GrantStore = {
      ...inner,
      rotateRefresh: (...given) => {
        if (fails) throw new Error('disk full')
        return inner.rotateRefresh(...given)
      },
    }
    const { oauth, errors } = createWorld({ store })
    const { refresh: token } = await getTokens(oauth)
    expect(await refresh(oauth, token)).toMatchObject({ status: 503, body: { error: 'server_error' } })
    expect(errors).toHaveLength(1)
    fails = false
    expect(await isGood(oauth, token)).toBe(true)
  })

  it('TA35: refuses more scope, another resource and another client, and none of it uses the token up', async () => {
    const { oauth } = createWorld({
      resources: [notes, drive],
      clients: [
        { clientId: 'app', name: 'App', redirectUris: [CALLBACK] },
        { clientId: 'other', name: 'Other', redirectUris: [CALLBACK] },
      ],
    })
    const { refresh: token } = await getTokens(oauth, { scope: 'notes:read' })
    for (const [values, error] of [
      [{ scope: 'notes:read notes:write' }, 'invalid_scope'],
      [{ scope: 'drive:read' }, 'invalid_scope'],
      [{ resource: drive.resource }, 'invalid_target'],
      [{ client_id: 'other' }, 'invalid_grant'],
    ] as const) {
      expect((await refresh(oauth, token, values)).body).toMatchObject({ error })
    }
    expect(await isGood(oauth, token)).toBe(true)
  })

  it('TA35: narrows a token, and not the grant', async () => {
    const { oauth } = createWorld()
    const { refresh: token } = await getTokens(oauth)
    const narrow = await refresh(oauth, token, { scope: 'notes:read' })
    expect(narrow.body).toMatchObject({ scope: 'notes:read' })
    expect(decodeJwt(tokensOf(narrow).access)).toMatchObject({ scope: 'notes:read' })
    expect((await refresh(oauth, tokensOf(narrow).refresh)).body).toMatchObject({ scope: 'notes:read notes:write' })
  })

  it('TA35: does not repeat a wider answer to who asks for less', async () => {
    const { oauth } = createWorld()
    const { refresh: token } = await getTokens(oauth)
    const wide = tokensOf(await refresh(oauth, token))
    expect((await refresh(oauth, token, { scope: 'notes:read' })).body).toMatchObject({ error: 'invalid_grant' })
    expect(await isGood(oauth, wide.refresh)).toBe(true)
  })

  it('TA36: gives nothing once the grant is revoked', async () => {
    const { oauth } = createWorld()
    const one = await getTokens(oauth)
    expect(await oauth.grants.revoke({ subject: 'bob' })).toBe(0)
    expect(await oauth.grants.revoke({})).toBe(0)
    expect(await oauth.grants.revoke({ subject: 'ada', resource: NOTES })).toBe(1)
    expect((await refresh(oauth, one.refresh)).body).toMatchObject({ error: 'invalid_grant' })
  })

  it('TA36: gives nothing once the account is closed, and ends its grant', async () => {
    let isOpen = true
    const { oauth } = createWorld({
      mayContinue: ({ subject, tenant }) => isOpen && subject === 'ada' && tenant === 'acme',
    })
    const tokens = tokensOf(await refresh(oauth, (await getTokens(oauth)).refresh))
    isOpen = false
    expect((await refresh(oauth, tokens.refresh)).body).toMatchObject({ error: 'invalid_grant' })
    isOpen = true
    expect((await refresh(oauth, tokens.refresh)).body).toMatchObject({ error: 'invalid_grant' })
  })

  it('TA36: gives nothing once the client or the resource is gone', async () => {
    const before = createWorld({ resources: [notes, drive] })
    const { refresh: token } = await getTokens(before.oauth)
    const noClient = createWorld({
      store: before.store,
      clients: [{ clientId: 'other', name: 'Other', redirectUris: [CALLBACK] }],
    })
    expect(await refresh(noClient.oauth, token)).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    const noResource = createWorld({ store: before.store, resources: [drive] })
    expect((await refresh(noResource.oauth, token)).body).toMatchObject({ error: 'invalid_grant' })
  })

  it('TA36: gives nothing once the resource is another tenant’s, for a code neither', async () => {
    const before = createWorld({ resources: [{ ...notes, tenant: 'acme' }] })
    const { refresh: token } = await getTokens(before.oauth)
    const code = await getCode(before.oauth)
    const { oauth, errors } = createWorld({ store: before.store, resources: [{ ...notes, tenant: 'other' }] })
    expect((await refresh(oauth, token)).body).toMatchObject({ error: 'invalid_grant' })
    expect((await redeem(oauth, code)).body).toMatchObject({ error: 'invalid_grant' })
    expect(errors).toEqual([])
    expect(await isGood(before.oauth, token)).toBe(false)
  })

  it('TA36: gives nothing after its time, used or not', async () => {
    const idle = createWorld({ lifetimes: { refresh: 3600 } })
    const { refresh: unused } = await getTokens(idle.oauth)
    idle.clock.now += 3_600_000
    expect((await refresh(idle.oauth, unused)).body).toMatchObject({ error: 'invalid_grant' })

    const busy = createWorld({ lifetimes: { refresh: 3600, grant: 7200 } })
    let { refresh: token } = await getTokens(busy.oauth)
    for (let step = 0; step < 3; step++) {
      busy.clock.now += 2_300_000
      const tokens = tokensOf(await refresh(busy.oauth, token))
      token = tokens.refresh
      // No access token outlives the grant either.
      expect(decodeJwt(tokens.access).exp).toBeLessThanOrEqual((1_800_000_000_000 + 7_200_000) / 1000)
    }
    busy.clock.now += 400_000
    expect((await refresh(busy.oauth, token)).body).toMatchObject({ error: 'invalid_grant' })
  })

  it('believes no token that it did not make, even for a grant that it knows', async () => {
    const { oauth, events } = createWorld()
    const { refresh: token } = await getTokens(oauth)
    const [grantId] = token.split('.')
    const forged = [
      `${grantId}.${'x'.repeat(43)}.${'y'.repeat(43)}`,
      `${token}x`,
      token.slice(0, -1),
      token.toUpperCase(),
      'x',
    ]
    for (const other of forged) expect((await refresh(oauth, other)).body).toMatchObject({ error: 'invalid_grant' })
    expect(events.map(({ type }) => type)).not.toContain('grant.revoked')
    expect(await isGood(oauth, token)).toBe(true)
  })
})

/** A store of which one rotation waits, before it begins or after it is done. */
function slowStore(inner: GrantStore, moment: 'before' | 'after') {
  const gate = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  let isNext = false
  const wait = (): Promise<void> => {
    held.resolve()
    return gate.promise
  }
  const store: GrantStore = {
    ...inner,
    rotateRefresh: async (...given) => {
      const isMine = isNext
      isNext = false
      if (isMine && moment === 'before') await wait()
      const rotation = await inner.rotateRefresh(...given)
      if (isMine && moment === 'after') await wait()
      return rotation
    },
  }
  return { store, holdNext: () => void (isNext = true), release: () => gate.resolve(), isHeld: held.promise }
}
