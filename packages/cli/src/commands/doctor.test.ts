import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openPatient, TOKEN } from '../fixtures/patient.ts'
import { runCli, startCli } from '../fixtures/run-cli.ts'
import { startIssuer } from '../fixtures/issuer.ts'

const HEADER = ['--header', `Authorization: Bearer ${TOKEN}`, '--listen', '0.1s']

/** Nobody is signed in there. */
const home = mkdtempSync(join(tmpdir(), 'hawser-doctor-'))
const env = { HAWSER_HOME: home }
afterAll(() => rmSync(home, { recursive: true, force: true }))

describe('hawser doctor', () => {
  it('prints a table that fits the width, and ends with 0 where nothing is wrong', async () => {
    await using patient = await openPatient()
    const { code, stdout, stderr } = await runCli(['doctor', patient.url.href, ...HEADER, '--no-json'], { env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.replaceAll(patient.origin, 'http://127.0.0.1:3000').replaceAll(/\d+ ms/g, '1 ms'))
      .toMatchInlineSnapshot(`
      "http://127.0.0.1:3000/mcp

      Reaching it
        ✔  TLS and redirects    this machine, so no TLS is needed
        ✔  Path                 /mcp answers
        ✔  Host and Origin      web pages of strangers are refused, and own ones are
                                not
        ✔  Known clients        7 user agents are answered alike
        ✔  Web pages (CORS)     hosts in web pages may not call, unless their Origin
                                is allowed
        ✔  Error pages          HTTP 400, application/json, as the server says it
        ✔  Latency              1 ms, 1 ms at most, with a new connection each

      Signing in
        ✔  401 challenge        Bearer, and where to sign in
        ✔  Resource metadata    where clients look
        ✔  Resource is URL      http://127.0.0.1:3000/mcp
        ✔  Issuer metadata      http://127.0.0.1:3000, S256 and iss
        ✔  Client registration  by metadata documents (CIMD) and dynamically (DCR)
        ✔  Clock                as here

      Talking to it
        ✔  Revision 2026-07-28  server/discover names it
        ✔  Earlier revisions    initialize agrees on 2025-11-25
        ✔  Sessions             keeps none, so none is lost
        ✔  Listening            open for 0.1 s; --listen 6m waits as long as clients
                                do
        ·  Call                 no tool was named: --call NAME calls one that only
                                reads

      Nothing is wrong. 17 good, 1 not looked at.
      "
    `)
  })

  it('stacks what would be too narrow, tells cause and cure, and ends with 1', async () => {
    await using patient = await openPatient((request, next) =>
      /ChatGPT/.test(request.headers.get('user-agent') ?? '') ? new Response(null, { status: 403 }) : next(request),
    )
    const { code, stdout } = await runCli(['doctor', patient.url.href, ...HEADER, '--no-json'], {
      env: { ...env, COLUMNS: '44' },
    })
    expect(code).toBe(1)
    expect(stdout.slice(stdout.indexOf('✖'), stdout.indexOf('Web pages'))).toMatchInlineSnapshot(`
      "✖  Known clients
           HTTP 403 for ChatGPT, and HTTP 401 for
           others
           A firewall refuses by the User-Agent.
           The hosts of these users say only that
           they cannot connect.
           → Exempt this path. On Cloudflare: a
           WAF rule that skips Bot Fight Mode and
           "Block AI bots" for it.
        ✔  "
    `)
    expect(stdout.split('\n').filter((line) => line.length > 44)).toEqual([])
  })

  it('prints JSON for programs, without what was sent to prove who asks', async () => {
    await using patient = await openPatient()
    const { code, stdout } = await runCli(['doctor', patient.url.href, ...HEADER], { env })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ url: patient.url.href, isReachable: true, counts: { bad: 0 } })
    expect(stdout).not.toContain(TOKEN)
  })

  it('asks as whoever is signed in', async () => {
    await using server = await startIssuer()
    const stranger = await runCli(['doctor', server.url, '--listen', '0.1s'], { env })
    expect(stranger.stdout).toContain('needs somebody who is signed in')
    const login = startCli(['login', server.url, '--no-browser'], { env })
    const [page = ''] = await login.sees(/http:\/\/\S+\/authorize\S+/)
    const { headers } = await fetch(page, { redirect: 'manual' })
    login.child.stdin?.end(`${headers.get('location')}\n`)
    expect(await login.ended).toMatchObject({ code: 0 })
    const { stdout } = await runCli(['doctor', server.url, '--listen', '0.1s'], { env })
    expect(stdout).toContain('server/discover names it')
  })

  it('has no escape sequences of a server printed', async () => {
    await using patient = await openPatient((request, next) =>
      request.method === 'POST'
        ? new Response(null, { status: 302, headers: { location: 'https://x.example/\u009b31m%1b' } })
        : next(request),
    )
    const { code, stdout } = await runCli(['doctor', patient.url.href, '--no-json'], { env })
    expect(code).toBe(1)
    expect(stdout).not.toContain('\u009b')
  })

  it('ends with 3 where nobody answers', async () => {
    const { code, stdout } = await runCli(['doctor', 'http://127.0.0.1:1/mcp', '--no-json'], { env })
    expect(code).toBe(3)
    expect(stdout).toContain('Nothing listens at that port.')
  })

  it.each([
    [['notes.ts'], 'doctor is for servers at a URL.'],
    [['http://127.0.0.1:1/mcp', '--listen', 'long'], '--listen takes a time'],
    [['http://127.0.0.1:1/mcp', '--listen', '2h'], '--listen takes a time'],
    [['http://ada:secret@127.0.0.1:1/mcp'], 'a password is not used'],
  ])('says what is wrong with %j, and ends with 2', async (args, message) => {
    const { code, stderr } = await runCli(['doctor', ...args], { env })
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })
})
