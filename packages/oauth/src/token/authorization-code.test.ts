import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { STORES } from '../fixtures/stores.ts'
import {
  CALLBACK,
  createPkce,
  worldOn,
  drive,
  getCode,
  isGood,
  NOTES,
  notes,
  post,
  redeem,
  tokensOf,
} from '../fixtures/world.ts'
import { decodeJwt } from 'jose'

const types = (events: readonly { readonly type: string }[]): string[] => events.map(({ type }) => type)

describe.each(STORES)('redeeming a code, kept in %s', (_, createStore) => {
  const createWorld = worldOn(createStore)

  // spec: security-short
  it('gives an access token for one resource, and a refresh token', async () => {
    const { oauth, clock, events } = createWorld()
    const answer = await redeem(oauth, await getCode(oauth))
    const { access, refresh } = tokensOf(answer)
    expect(answer.body).toMatchObject({ token_type: 'Bearer', expires_in: 600, scope: 'notes:read notes:write' })
    expect(decodeJwt(access)).toMatchObject({
      iss: oauth.issuer,
      sub: 'ada',
      aud: NOTES,
      client_id: 'app',
      scope: 'notes:read notes:write',
      tid: 'acme',
      iat: clock.now / 1000,
      exp: clock.now / 1000 + 600,
      jti: expect.any(String),
    })
    expect(await oauth.isGrantLive(String(decodeJwt(access)['gid']))).toBe(true)
    expect(types(events)).toEqual(['consent.approved', 'key.rotated', 'token.issued'])
    expect(await isGood(oauth, refresh)).toBe(true)
  })

  it('gives no refresh token to a client that is not registered for one, and lets the grant end with the token', async () => {
    const { oauth, clock } = createWorld({
      clients: [{ clientId: 'app', name: 'App', redirectUris: [CALLBACK], grants: ['authorization_code'] }],
    })
    const { body } = await redeem(oauth, await getCode(oauth))
    expect(body).not.toHaveProperty('refresh_token')
    const { gid } = decodeJwt(String(body['access_token']))
    expect(await oauth.isGrantLive(String(gid))).toBe(true)
    clock.now += 661_000
    expect(await oauth.isGrantLive(String(gid))).toBe(false)
  })

  // spec: auth-oauth
  it('TA27: refuses a code that was used, and revokes its grant', async () => {
    const { oauth, events } = createWorld()
    const code = await getCode(oauth)
    const { access, refresh } = tokensOf(await redeem(oauth, code))
    events.length = 0
    expect((await redeem(oauth, code)).body).toMatchObject({ error: 'invalid_grant' })
    expect(types(events)).toEqual(['code.replayed', 'grant.revoked', 'token.refused'])
    expect(events[0]).toMatchObject({ clientId: 'app', subject: 'ada', resource: NOTES })
    expect(await oauth.isGrantLive(String(decodeJwt(access)['gid']))).toBe(false)
    expect(await isGood(oauth, refresh)).toBe(false)
    expect((await redeem(oauth, code)).body).toMatchObject({ error: 'invalid_grant' })
  })

  it('TA28: lets one of 20 concurrent redemptions win, and revokes the grant, every time', async () => {
    for (let round = 0; round < 10; round++) {
      const { oauth, events } = createWorld()
      const code = await getCode(oauth)
      const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(oauth, code)))
      const won = answers.filter(({ status }) => status === 200)
      expect(won).toHaveLength(1)
      expect(answers.filter(({ body }) => body['error'] === 'invalid_grant')).toHaveLength(19)
      expect(events.filter(({ type }) => type === 'token.issued')).toHaveLength(1)
      expect(events.filter(({ type }) => type === 'grant.revoked')).toHaveLength(1)
      const { access, refresh } = tokensOf(won[0]!)
      expect(await oauth.isGrantLive(String(decodeJwt(access)['gid']))).toBe(false)
      expect(await isGood(oauth, refresh)).toBe(false)
    }
  })

  it('TA29: refuses another client and another redirect URI, which do not use the code up', async () => {
    const { oauth, events } = createWorld({
      clients: [
        { clientId: 'app', name: 'App', redirectUris: [CALLBACK] },
        { clientId: 'other', name: 'Other', redirectUris: [CALLBACK] },
      ],
    })
    const code = await getCode(oauth)
    expect((await redeem(oauth, code, { client_id: 'other' })).body).toMatchObject({ error: 'invalid_grant' })
    expect((await redeem(oauth, code, { redirect_uri: `${CALLBACK}/` })).body).toMatchObject({ error: 'invalid_grant' })
    expect(types(events)).not.toContain('token.issued')
    expect((await redeem(oauth, code)).status).toBe(200)
  })

  it.each([
    ['another verifier', createPkce().verifier],
    ['none', undefined],
    ['42 characters', 'x'.repeat(42)],
    ['129 characters', 'x'.repeat(129)],
    ['characters that are not allowed', `${'x'.repeat(43)}=`],
  ])('TA29: burns the code for a wrong verifier: %s', async (_name, code_verifier) => {
    const { oauth, events } = createWorld()
    const code = await getCode(oauth)
    expect((await redeem(oauth, code, { code_verifier })).body).toMatchObject({ error: 'invalid_grant' })
    expect((await redeem(oauth, code)).body).toMatchObject({ error: 'invalid_grant' })
    expect(types(events)).not.toContain('token.issued')
    expect(types(events)).toContain('grant.revoked')
  })

  it('TA29: refuses a verifier that is too short, though the challenge is made of it', async () => {
    const { oauth } = createWorld()
    const verifier = 'x'.repeat(42)
    const { code } = await getCode(oauth, { code_challenge: createHash('sha256').update(verifier).digest('base64url') })
    expect((await redeem(oauth, { code, verifier })).body).toMatchObject({ error: 'invalid_grant' })
  })

  it.each([
    [undefined, 60],
    [600, 600],
  ])('TA30: refuses a code that has expired: lifetime %s', async (code, seconds) => {
    const { oauth, clock, events } = createWorld({ lifetimes: { code } })
    const [fresh, old] = [await getCode(oauth), await getCode(oauth)]
    clock.now += (seconds - 1) * 1000
    expect((await redeem(oauth, fresh)).status).toBe(200)
    clock.now += 2_000
    events.length = 0
    expect((await redeem(oauth, old)).body).toMatchObject({ error: 'invalid_grant' })
    expect(types(events)).not.toContain('token.issued')
    clock.now += 3_600_000
    expect((await redeem(oauth, old)).body).toMatchObject({ error: 'invalid_grant' })
  })

  it('TA30: has no codes that live longer than ten minutes', () => {
    expect(() => createWorld({ lifetimes: { code: 601 } })).toThrow(TypeError)
  })

  it('TA31: refuses another resource without using the code up', async () => {
    const { oauth } = createWorld({ resources: [notes, drive] })
    const code = await getCode(oauth)
    for (const resource of [drive.resource, 'https://other.example.com', 'nonsense']) {
      expect((await redeem(oauth, code, { resource })).body).toMatchObject({ error: 'invalid_target' })
    }
    expect((await redeem(oauth, code, { resource: 'HTTPS://notes.example.com/mcp' })).status).toBe(200)
  })

  it('hands nothing out when the audit trail cannot be written', async () => {
    const { oauth, errors } = createWorld({
      onEvent: ({ type }) => (type === 'token.issued' ? Promise.reject(new Error('disk full')) : undefined),
    })
    const answer = await redeem(oauth, await getCode(oauth))
    expect(answer).toMatchObject({ status: 503, body: { error: 'server_error' } })
    expect(answer.body).not.toHaveProperty('access_token')
    expect(errors).toHaveLength(1)
  })

  it('asks for the code', async () => {
    const { oauth } = createWorld()
    expect((await post(oauth, '/token', { grant_type: 'authorization_code' })).body).toMatchObject({
      error: 'invalid_request',
    })
  })
})
