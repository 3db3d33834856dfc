import { describe, expect, it } from 'vitest'
import { createBrowser, type Browser } from './fixtures/browser.ts'
import { answer, authorizeUrl, createSigningIn, isPassedOver, reachConsent } from './fixtures/signing-in.ts'
import { STORES } from './fixtures/stores.ts'
import { basic, createPkce, ISSUER, notes, post, redeem, refresh, sent, tokensOf } from './fixtures/world.ts'
import type { OAuth } from './create-oauth.ts'

const OLD = 'an old secret of at least thirty-two characters'
const NEW = 'a new secret of at least thirty-two characters'
const DAY = 86_400_000

/** The same browser, whose next requests another server answers. */
function moved({ cookies }: Browser, { fetch }: OAuth): Browser {
  const browser = createBrowser(ISSUER, fetch)
  for (const [name, value] of cookies) browser.cookies.set(name, value)
  return browser
}

async function approve(browser: Browser) {
  const { verifier, challenge } = createPkce()
  const asked = await reachConsent(browser, { code_challenge: challenge })
  return { code: sent(await answer(browser, asked, 'approve'))['code'] ?? '', verifier }
}

describe.each(STORES)('another secret, on a store in %s', (_, createStore) => {
  /** Servers of one store and one clock. */
  const createServers = () => {
    const store = createStore()
    const clock = { now: 1_800_000_000_000 }
    const start = (secret: string | readonly string[]) =>
      createSigningIn({ store, secret, now: () => clock.now, resources: [notes] })
    return { clock, start }
  }

  it('before the old one ends nothing that has begun', async () => {
    const { start } = createServers()
    const before = start(OLD)
    const browser = before.newBrowser()
    const underWay = await reachConsent(browser)
    const first = tokensOf(await redeem(before.oauth, await approve(before.newBrowser())))
    const second = tokensOf(await refresh(before.oauth, first.refresh))
    const { challenge, verifier } = createPkce()
    const { oauth } = start([NEW, OLD])
    const passed = await before.newBrowser().open(authorizeUrl({ code_challenge: challenge }))

    expect(sent(await answer(moved(browser, oauth), underWay, 'approve'))).toHaveProperty('code')
    expect(await isPassedOver(createBrowser(ISSUER, oauth.fetch))).toBe(true)
    expect((await redeem(oauth, { code: sent(passed)['code'] ?? '', verifier })).status).toBe(200)
    // Within the grace: what was sealed before is opened.
    expect(tokensOf(await refresh(oauth, first.refresh))).toEqual(second)
    const third = tokensOf(await refresh(oauth, second.refresh))
    const secret = notes.introspection?.clientSecret ?? ''
    const told = await post(
      oauth,
      '/introspect',
      { client_id: undefined, token: first.access },
      basic('notes-server', secret),
    )
    expect(told.body).toMatchObject({ active: true })
    // It is the new one that makes.
    expect((await refresh(before.oauth, third.refresh)).body).toMatchObject({ error: 'invalid_grant' })
    expect((await refresh(oauth, third.refresh)).status).toBe(200)
  })

  it('is enough by itself when what the old one made is over', async () => {
    const { clock, start } = createServers()
    const before = start(OLD)
    const first = tokensOf(await redeem(before.oauth, await approve(before.newBrowser())))
    clock.now += 29 * DAY
    const second = tokensOf(await refresh(start([NEW, OLD]).oauth, first.refresh))
    clock.now += 3 * DAY
    const { oauth } = start([NEW])
    expect((await refresh(oauth, first.refresh)).body).toMatchObject({ error: 'invalid_grant' })
    expect(tokensOf(await refresh(oauth, second.refresh)).access).toMatch(/^ey/)
  })
})
