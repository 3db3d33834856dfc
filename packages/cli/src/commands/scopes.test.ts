import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { HAWSER, runCli } from '../fixtures/run-cli.ts'

const LEDGER = join(import.meta.dirname, '../fixtures/ledger.ts')

let lock: string
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hawser-scopes-'))
  lock = join(folder, 'scopes.lock.json')
  return () => rm(folder, { recursive: true, force: true })
})

describe('hawser scopes', () => {
  it('shows a person what each permission opens', async () => {
    const { code, stdout } = await runCli(['scopes', LEDGER, '--no-json'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/ledger:write\s+Write into the ledger/)
    expect(stdout).toContain('Risk: high; comes with ledger:read')
    expect(stdout).toContain('Opens tool read.')
    expect(stdout).toContain('Opens tool whoami.')
  })

  it('gives the same to programs', async () => {
    const { stdout } = await runCli(['scopes', LEDGER])
    expect(JSON.parse(stdout)).toMatchObject({
      scopes: [{ scope: 'ledger:read', baseline: true }, { scope: 'ledger:write' }],
      items: [
        { kind: 'tool', name: 'read', needs: ['ledger:read'] },
        { name: 'whoami', needs: 'signedIn' },
      ],
    })
  })

  it('keeps the meaning of scopes, and notices when one opens more', async () => {
    expect(await runCli(['scopes', LEDGER, '--write', '--lock', lock])).toMatchObject({ code: 0 })
    const written = await readFile(lock, 'utf8')
    expect(JSON.parse(written)).toMatchObject({
      scopes: { 'ledger:write': { opens: [] } },
      signedIn: ['tool whoami (read)'],
    })
    expect(await runCli(['scopes', LEDGER, '--check', '--lock', lock])).toMatchObject({ code: 0 })
    const changed = await runCli(['scopes', LEDGER, '--check', '--lock', lock], { env: { WITH_BURN: '1' } })
    expect(changed.code).toBe(1)
    expect(changed.stderr).toContain('+ scopes › ledger:write › opens: "tool burn (destroy)"')
    expect(await readFile(lock, 'utf8')).toBe(written)
  })

  it('notices another title, and a scope that is gone', async () => {
    await runCli(['scopes', LEDGER, '--write', '--lock', lock])
    const text = (await readFile(lock, 'utf8'))
      .replace('See the ledger', 'Look at it')
      .replaceAll('ledger:write', 'ledger:wipe')
    await writeFile(lock, text)
    const { code, stderr } = await runCli(['scopes', LEDGER, '--check', '--lock', lock])
    expect(code).toBe(1)
    expect(stderr).toContain('- scopes › ledger:read › title: "Look at it"')
    expect(stderr).toContain('+ scopes › ledger:read › title: "See the ledger"')
    expect(stderr).toContain('- scopes › ledger:wipe › title')
  })

  it.each([
    [['scopes'], 'needs a FILE'],
    [['scopes', LEDGER, '--check', '--write'], 'not both'],
    [['scopes', LEDGER, '--check', '--lock', '/nowhere/lock.json'], '--write'],
  ])('says what is missing: %j', async (args, hint) => {
    const { code, stderr } = await runCli(args)
    expect(code).toBe(2)
    expect(stderr).toContain(hint)
  })
})

describe('hawser run', () => {
  it('serves to whom it is told to, on the command line or in the environment', async () => {
    const whoami = ['call', 'whoami', '--no-json', '--']
    const [named, inherited] = await Promise.all([
      runCli([...whoami, ...HAWSER, 'run', LEDGER, '--as', 'ada']),
      runCli(['call', 'whoami', '--no-json', '--env', 'HAWSER_AS=eve', '--', ...HAWSER, 'run', LEDGER]),
    ])
    expect([named.stdout, inherited.stdout]).toEqual(['ada\n', 'eve\n'])
  })
})
