import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mcp } from 'hawser'
import { listen } from 'hawser/node'
import { describe, expect, it } from 'vitest'
import { startIssuer } from '../fixtures/issuer.ts'
import { HAWSER, runCli, startCli } from '../fixtures/run-cli.ts'

describe('hawser bridge', { timeout: 60_000 }, () => {
  it('serves over stdio what is at a URL, under its own names', async () => {
    const kit = mcp({ name: 'harbour', version: '2.3.4', instructions: 'Knows the tides.', log: () => {} })
    const tides = kit.tool({ description: 'Tells when the water is high.', effect: 'read', run: () => '7:40' })
    const chart = kit.resource({ uri: 'chart://{name}', read: ({ name }) => `The chart of ${name}.` })
    await using far = await listen(kit.server({ tools: { tides }, resources: { chart } }))
    const through = (...args: readonly string[]) => runCli([...args, '--', ...HAWSER, 'bridge', far.url])
    const [listed, called, read] = await Promise.all([
      through('list'),
      through('call', 'tides', '--no-json'),
      through('read', 'chart://kiel', '--no-json'),
    ])
    expect(JSON.parse(listed.stdout)).toMatchObject({
      server: { name: 'harbour', version: '2.3.4' },
      instructions: 'Knows the tides.',
      tools: [{ name: 'tides' }],
    })
    expect([called, read]).toMatchObject([
      { code: 0, stdout: '7:40\n', stderr: '' },
      { code: 0, stdout: expect.stringContaining('The chart of kiel.') },
    ])
  })

  it('calls as whoever signed in, and says how to where nobody did, or for too little', async () => {
    const home = mkdtempSync(join(tmpdir(), 'hawser-home-'))
    await using issuer = await startIssuer()
    const env = { HAWSER_HOME: home }
    const through = (...args: readonly string[]) =>
      runCli([...args, '--env', 'HAWSER_HOME', '--', ...HAWSER, 'bridge', issuer.url], { env })
    try {
      const nobody = await runCli(['bridge', issuer.url], { env })
      expect(nobody).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringContaining(`hawser login ${issuer.url}`),
      })
      const login = startCli(['login', issuer.url, '--no-browser'], { env })
      const [page] = await login.sees(/http:\/\/\S+\/authorize\S+/)
      const { headers } = await fetch(page, { redirect: 'manual' })
      login.child.stdin?.end(`${headers.get('location')}\n`)
      expect((await login.ended).code).toBe(0)

      expect(await through('call', 'search')).toMatchObject({ code: 0, stderr: '' })
      const refused = await through('call', 'save')
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain(`hawser login ${issuer.url} --scope notes:read --scope notes:write`)
    } finally {
      rmSync(home, { recursive: true })
    }
  })

  it('is for URLs', async () => {
    expect(await runCli(['bridge', 'notes.ts'])).toMatchObject({ code: 2, stderr: expect.stringContaining('at a URL') })
  })
})
