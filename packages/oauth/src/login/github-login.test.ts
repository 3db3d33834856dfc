import { describe, expect, it } from 'vitest'
import { textOf } from '../fixtures/browser.ts'
import { createGitHub } from '../fixtures/github.ts'
import { answer, createSigningIn, reachConsent } from '../fixtures/signing-in.ts'
import { CALLBACK, ISSUER, sent } from '../fixtures/world.ts'
import type { GitHubAccount } from './github.ts'
import { githubLogin, type GitHubLoginOptions } from './github-login.ts'

const REDIRECT = `${ISSUER}/login/callback`
const OCTOCAT = 583_231
const team = new Set([OCTOCAT])
const user = ({ id, login }: GitHubAccount) => (team.has(id) ? { userId: `${id}`, displayName: login } : undefined)

const start = (options: Partial<GitHubLoginOptions> = {}) => {
  const github = createGitHub()
  const login = githubLogin({ clientId: 'Iv1.a', clientSecret: 'the secret', user, fetch: github.fetch, ...options })
  const world = createSigningIn({ login })
  const browser = world.newBrowser()
  /** Allows, and returns where the browser is sent. */
  const allow = async (): Promise<string> => {
    const response = await answer(browser, await reachConsent(browser), 'approve')
    expect(response.status).toBe(303)
    return response.headers.get('location') ?? ''
  }
  return { ...world, github, browser, allow }
}

describe('githubLogin', () => {
  it('asks first, then has GitHub sign in, then gives what was allowed to who signed in', async () => {
    const world = start()
    const asked = await reachConsent(world.browser)
    expect(textOf(asked.html)).toContain('You sign in with GitHub after this page.')
    const location = (await answer(world.browser, asked, 'approve')).headers.get('location') ?? ''
    expect(location.startsWith('https://github.com/login/oauth/authorize?')).toBe(true)
    expect(Object.fromEntries(new URL(location).searchParams)).toEqual({
      client_id: 'Iv1.a',
      redirect_uri: REDIRECT,
      state: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
    const response = await world.browser.open(world.github.signIn(location).href)
    expect(response.headers.get('location')?.startsWith(`${CALLBACK}?code=`)).toBe(true)
    expect(sent(response)).toMatchObject({ state: 'the state', iss: ISSUER })
    expect(world.grants).toMatchObject([{ subject: `${OCTOCAT}` }])
  })

  it('knows the person the next time', async () => {
    const world = start()
    await world.browser.open(world.github.signIn(await world.allow()).href)
    const { html } = await reachConsent(world.browser, { scope: 'notes:share' })
    expect(textOf(html)).toContain('Signed in as octocat Use another account')
  })

  it('has the person choose at GitHub after "Use another account"', async () => {
    const world = start()
    await world.browser.open(world.github.signIn(await world.allow()).href)
    const asked = await reachConsent(world.browser, { scope: 'notes:share' })
    const handle = new URLSearchParams({ handle: asked.form.fields.get('handle') ?? '' })
    await world.browser.follow(await world.browser.post(`${ISSUER}/login/switch`, handle))
    const location = (await answer(world.browser, asked, 'approve')).headers.get('location') ?? ''
    expect(new URL(location).searchParams.get('prompt')).toBe('select_account')
  })

  it('keeps no token of GitHub', async () => {
    const world = start()
    const response = await world.browser.open(world.github.signIn(await world.allow()).href)
    const kept = [world.grants, world.consents, world.events, [...world.browser.cookies], [...response.headers]]
    expect(JSON.stringify(kept)).not.toContain('canary')
  })

  it('gives nothing to an account that the operator does not know, though it bears a known name', async () => {
    const world = start()
    world.github.account = { id: 7, login: 'octocat' }
    const response = await world.browser.open(world.github.signIn(await world.allow()).href)
    expect(sent(response)['error']).toBe('access_denied')
    expect(world.grants).toEqual([])
  })

  it.each([
    ['another state', (back: URL) => back.searchParams.set('state', 'A'.repeat(43))],
    ['no state', (back: URL) => back.searchParams.delete('state')],
    ['another code', (back: URL) => back.searchParams.set('code', 'x')],
    ['no code', (back: URL) => back.searchParams.delete('code')],
    ['two codes', (back: URL) => back.searchParams.append('code', 'x')],
    ['the name of another issuer', (back: URL) => back.searchParams.set('iss', 'https://evil.example')],
  ])('TA23: gives nothing to an answer with %s', async (_name, change) => {
    const world = start()
    const back = world.github.signIn(await world.allow())
    change(back)
    const response = await world.browser.open(back.href)
    expect([response.status, response.headers.get('location')]).toEqual([400, null])
    expect(world.grants).toEqual([])
    expect(world.github.apiRequests).toEqual([])
  })

  it('TA23: gives nothing to an answer of GitHub in a browser that did not allow anything', async () => {
    const world = start()
    const back = world.github.signIn(await world.allow())
    const victim = world.newBrowser()
    await reachConsent(victim)
    expect((await victim.open(back.href)).status).toBe(400)
    expect(world.github.tokenRequests).toEqual([])
  })

  it('TA23: gives nothing for a code that was made for another browser, whose verifier differs', async () => {
    const world = start()
    const stolen = world.github.signIn(await world.allow()).searchParams.get('code') ?? ''
    const other = world.github.signIn(await world.allow())
    other.searchParams.set('code', stolen)
    expect((await world.browser.open(other.href)).status).toBe(400)
    expect(world.grants).toEqual([])
  })

  it.each([
    ['no id', { login: 'octocat' }],
    ['an id that is a text', { id: '583231', login: 'octocat' }],
    ['an id that no number holds exactly', { id: 2 ** 60, login: 'octocat' }],
    ['no name', { id: OCTOCAT }],
    ['a list', [{ id: OCTOCAT, login: 'octocat' }]],
    ['nothing', null],
  ])('signs nobody in when GitHub answers %s', async (_name, account) => {
    const world = start()
    world.github.account = account
    expect((await world.browser.open(world.github.signIn(await world.allow()).href)).status).toBe(400)
    expect(world.grants).toEqual([])
  })

  it('signs nobody in when GitHub refuses the app, or to say who it is', async () => {
    const wrong = start({ clientSecret: 'another' })
    expect((await wrong.browser.open(wrong.github.signIn(await wrong.allow()).href)).status).toBe(400)
    expect(wrong.github.apiRequests).toEqual([])
    const limited = start()
    limited.github.status = 403
    expect((await limited.browser.open(limited.github.signIn(await limited.allow()).href)).status).toBe(400)
    expect([...wrong.grants, ...limited.grants]).toEqual([])
  })

  it('tells the client when the person refuses at GitHub', async () => {
    const world = start()
    const state = new URL(await world.allow()).searchParams.get('state') ?? ''
    const refused = `${REDIRECT}?${new URLSearchParams({ error: 'access_denied', state })}`
    expect(sent(await world.browser.open(refused))).toMatchObject({ error: 'access_denied', state: 'the state' })
  })

  it.each([{ clientId: '' }, { clientSecret: '' }])('refuses to be made with %j', (options) => {
    expect(() => start(options)).toThrow(/client id and a client secret/)
  })
})
