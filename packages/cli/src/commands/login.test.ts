import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Issuer, startIssuer } from '../fixtures/issuer.ts'
import { runCli, startCli } from '../fixtures/run-cli.ts'

let home = ''
let issuer: Issuer
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'hawser-home-'))
  issuer = await startIssuer()
})
afterEach(async () => {
  await issuer[Symbol.asyncDispose]()
  rmSync(home, { recursive: true })
})

const env = () => ({ HAWSER_HOME: home })
const run = (...args: readonly string[]) => runCli(args, { env: env() })

/** Signs in as a person would who has a browser on another machine. */
const signIn = async (...args: readonly string[]) => {
  const login = startCli(['login', issuer.url, '--no-browser', ...args], { env: env() })
  const [page] = await login.sees(/http:\/\/\S+\/authorize\S+/)
  const response = await fetch(page, { redirect: 'manual' })
  await login.sees(/Address:/)
  login.child.stdin?.end(`${response.headers.get('location')}\n`)
  return login.ended
}

describe('signing in', () => {
  it('holds for the commands that come after, until somebody signs out', async () => {
    const before = await run('call', issuer.url, 'search')
    expect(before).toMatchObject({ code: 1, stdout: '' })
    expect(before.stderr).toContain(`hawser login ${issuer.url} --scope notes:read\n`)
    // A query would be read by the shell.
    const quoted = await run('call', `${issuer.url}?a=1&b=2`, 'search')
    expect(quoted.stderr).toContain(`hawser login '${issuer.url}?a=1&b=2' --scope notes:read\n`)

    const login = await signIn()
    expect(login).toMatchObject({ code: 0 })
    expect(JSON.parse(login.stdout)).toMatchObject({
      server: issuer.url,
      clientId: 'registered',
      // What the server says that it takes to begin with.
      scopes: ['notes:read'],
      isValid: true,
    })

    // What was granted is not enough, and nobody can be asked.
    const refused = await run('call', issuer.url, 'save')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain(`hawser login ${issuer.url} --scope notes:read --scope notes:write`)

    expect(await signIn('--scope', 'notes:write')).toMatchObject({ code: 0 })
    expect(await run('call', issuer.url, 'save')).toMatchObject({ code: 0, stderr: '' })
    expect(await run('call', issuer.url, 'search')).toMatchObject({ code: 0, stderr: '' })
    issuer.expire()
    expect(await run('call', issuer.url, 'search')).toMatchObject({ code: 0, stderr: '' })
    expect(issuer.forms.filter((form) => form.get('grant_type') === 'refresh_token')).toHaveLength(1)

    const who = await run('whoami', issuer.url)
    expect(JSON.parse(who.stdout)).toMatchObject({
      scopes: ['notes:read', 'notes:write'],
      issuer: new URL(issuer.url).origin,
    })
    const shown = await run('whoami', issuer.url, '--no-json')
    expect(shown.stdout).toMatch(/scopes\s+notes:read/)

    expect(await run('logout', issuer.url)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"wasSignedIn": true') as string,
    })
    expect(issuer.forms.at(-1)?.get('token')).toContain('canary')
    expect(await run('whoami', issuer.url)).toMatchObject({ code: 1 })
    expect((await run('logout', issuer.url)).stdout).toContain('"wasSignedIn": false')
  }, 60_000)

  it('TC21: leaves no token where somebody could read it', async () => {
    const { stdout, stderr } = await signIn('--scope', 'notes:read')
    const { stdout: who } = await run('whoami', issuer.url)
    const folder = join(home, 'credentials')
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)).toString('latin1'))
    expect(files.length).toBeGreaterThan(3)
    expect([stdout, stderr, who, ...files].join('\n')).not.toContain('canary')
  }, 60_000)

  it('asks for what was asked for before as well', async () => {
    await signIn('--scope', 'notes:read')
    const { stdout } = await signIn('--scope', 'notes:write')
    expect(JSON.parse(stdout)).toMatchObject({ scopes: ['notes:read', 'notes:write'] })
    expect(await run('call', issuer.url, 'save')).toMatchObject({ code: 0 })
  }, 60_000)

  it('takes an address that did not come from that page for none', async () => {
    const login = startCli(['login', issuer.url, '--no-browser'], { env: env() })
    await login.sees(/Address:/)
    login.child.stdin?.end('http://127.0.0.1:33418/callback?code=x&state=wrong\nno\nno\n')
    const { code, stdout } = await login.ended
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(await run('whoami', issuer.url)).toMatchObject({ code: 1 })
  }, 60_000)

  it.each([
    [['login', 'notes.ts'], 'is for servers at a URL'],
    [['login'], 'needs a TARGET'],
    [['login', 'https://example.com/mcp', '--no-browser', '--device'], 'not both'],
    [['login', 'https://example.com/mcp', '--issuer', 'https://a.example.com'], '--client-id'],
    [['whoami', '--', 'node', 'server.js'], 'is for servers at a URL'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await run(...args)
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })

  it('shows a secret to nobody whom it was not told of', async () => {
    const { code, stderr } = await runCli(['login', issuer.url, '--client-id', 'known'], {
      env: { ...env(), HAWSER_CLIENT_SECRET: 'canary' },
    })
    expect(code).toBe(2)
    expect(stderr).toContain('--issuer')
    expect(issuer.forms).toEqual([])
  })
})
