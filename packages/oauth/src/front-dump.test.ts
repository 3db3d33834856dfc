import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { createProvider, PROVIDER } from './fixtures/identity-provider.ts'
import { answer, createSigningIn, DOCUMENT, reachConsent } from './fixtures/signing-in.ts'
import { ISSUER, sent } from './fixtures/world.ts'
import { upstreamLogin } from './login/upstream-login.ts'
import { openStore } from './fixtures/stores.ts'

it('TA47: keeps nothing of a sign-in that could be used: no handle, cookie, state, nonce, verifier, code or upstream token', async () => {
  await using open = openStore()
  const provider = createProvider(Date.now)
  const login = upstreamLogin({
    name: 'Contoso',
    issuer: PROVIDER,
    clientId: 'c',
    clientSecret: 'canary-client-secret',
    fetch: provider.fetch,
  })
  const secrets = ['upstream-canary-token', 'canary-client-secret']
  const world = createSigningIn({
    login,
    now: Date.now,
    registration: true,
    store: open.store,
  })
  const browser = world.newBrowser()
  const remember = (): void => void secrets.push(...browser.cookies.values())

  const asked = await reachConsent(browser, { client_id: DOCUMENT, redirect_uri: 'https://editor.example/cb' })
  remember()
  secrets.push(asked.form.fields.get('handle') ?? '')
  const location = (await answer(browser, asked, 'approve')).headers.get('location') ?? ''
  remember()
  const { searchParams } = new URL(location)
  secrets.push(searchParams.get('state') ?? '', searchParams.get('nonce') ?? '')
  const { code = '' } = sent(await browser.open(provider.signIn(location).href))
  remember()
  secrets.push(
    code,
    provider.tokenRequests[0]?.get('code_verifier') ?? '',
    provider.tokenRequests[0]?.get('code') ?? '',
  )
  // One more that is not answered, so that there is a transaction in the dump.
  const unanswered = await reachConsent(browser)
  remember()
  secrets.push(unanswered.form.fields.get('handle') ?? '')
  await world.oauth.fetch(
    new Request(`${ISSUER}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: ['https://editor.example/cb'] }),
    }),
  )

  const dump = [
    await open.dump(),
    inspect(world.events, { depth: null }),
    inspect(login, { depth: null }),
    inspect(world.errors),
  ].join('\n')
  expect(dump).toContain('notes:write')
  expect(secrets.length).toBeGreaterThan(12)
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(10)
    expect(dump.includes(secret), secret).toBe(false)
  }
})
