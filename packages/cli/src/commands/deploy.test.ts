import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mcp } from 'hawser'
import { listen } from 'hawser/node'
import { afterAll, describe, expect, it } from 'vitest'
import { runCli } from '../fixtures/run-cli.ts'

const root = mkdtempSync(join(tmpdir(), 'hawser-deploy-'))
const modules = join(import.meta.dirname, '../../../../node_modules')
afterAll(() => rmSync(root, { recursive: true, force: true }))

const env = { WRANGLER_SEND_METRICS: 'false', CI: '1', CLOUDFLARE_API_TOKEN: '' }
const CONFIG = { name: 'notes', main: 'index.ts', compatibility_date: '2026-06-11' }
const OBJECT = {
  durable_objects: { bindings: [{ name: 'HAWSER', class_name: 'HawserObject' }] },
  migrations: [{ tag: 'v1', new_sqlite_classes: ['HawserObject'] }],
}
const PLAIN = "export default { fetch: () => new Response('here') }\n"
const EXPORTED = `${PLAIN}export class HawserObject { async fetch() { return new Response('kept') } }\n`

let count = 0

/** Makes a project of files; `wrangler` is linked unless there is one among them. */
function makeProject(files: Readonly<Record<string, string | object>>): string {
  const folder = join(root, String(++count))
  mkdirSync(join(folder, 'node_modules/wrangler'), { recursive: true })
  if (files['node_modules/wrangler/package.json'] === undefined) {
    rmSync(join(folder, 'node_modules/wrangler'), { recursive: true })
    symlinkSync(join(modules, 'wrangler'), join(folder, 'node_modules/wrangler'))
  }
  symlinkSync(join(modules, 'typescript'), join(folder, 'node_modules/typescript'))
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  return folder
}

const deploy = (folder: string, ...args: readonly string[]) => runCli(['deploy', ...args], { cwd: folder, env })

describe('hawser deploy --dry-run', () => {
  it('shows checks, bindings and what would change, and sends nothing', async () => {
    const folder = makeProject({
      'wrangler.jsonc': { ...CONFIG, ...OBJECT, vars: { GREETING: 'a-value-that-is-not-shown' } },
      'index.ts': `${EXPORTED}export const read = (env: { readonly API_KEY: string }) => env.API_KEY\n`,
      '.dev.vars': 'API_KEY=a-secret-that-is-not-shown\n',
    })
    const { code, stdout, stderr } = await deploy(folder, '--dry-run', '--no-json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'Nothing was deployed. To do so: hawser deploy\n' })
    expect(stdout.replaceAll(/\d\.\d kB/g, '1 kB')).toMatchInlineSnapshot(`
      "notes

      Checks
        ·  Types               there is no tsconfig.json
        ✔  Compatibility date  2026-06-11
        ✔  Durable Objects     HawserObject, up to migration v1
        ✔  Secrets             API_KEY. Once, if not done: npx wrangler secret put
                               API_KEY
        ✔  Size                1 kB compressed, 1 kB in all

      Bindings
        HAWSER    Durable Object HawserObject
        GREETING  Environment Variable

      What would change
        Nothing was deployed from this machine yet.
      "
    `)
  })

  it.each<[string, object, Readonly<Record<string, string>>, string, string]>([
    [
      'an object that no migration makes',
      { durable_objects: OBJECT.durable_objects },
      { 'index.ts': EXPORTED },
      'objects',
      '"tag": "v1", "new_sqlite_classes": ["HawserObject"]',
    ],
    [
      'an object that is gone',
      { migrations: [...OBJECT.migrations, { tag: 'v2', renamed_classes: [{ from: 'HawserObject', to: 'Kept' }] }] },
      { 'index.ts': PLAIN },
      'objects',
      '"tag": "v3", "deleted_classes": ["Kept"]',
    ],
    ['a day before what is used', { compatibility_date: '2023-01-01' }, { 'index.ts': PLAIN }, 'runtime', '2024-09-23'],
    [
      'wrong types',
      {},
      {
        'index.ts': `${PLAIN}export const count: number = 'one'\n`,
        'tsconfig.json': '{ "compilerOptions": { "types": [] } }',
      },
      'types',
      'npx tsc --noEmit',
    ],
  ])('refuses %s, and says what to write', async (_, config, files, id, fix) => {
    const folder = makeProject({ 'wrangler.jsonc': { ...CONFIG, ...config }, ...files })
    const { code, stdout, stderr } = await deploy(folder, '--dry-run')
    const { checks } = JSON.parse(stdout) as {
      readonly checks: readonly {
        readonly id: string
        readonly findings: readonly { readonly verdict: string; readonly fix?: string }[]
      }[]
    }
    const bad = checks.flatMap((check) =>
      check.findings.filter(({ verdict }) => verdict === 'bad').map((finding) => ({ id: check.id, fix: finding.fix })),
    )
    expect({ code, bad }).toEqual({ code: 4, bad: [{ id, fix: expect.stringContaining(fix) }] })
    expect(stderr).toContain('put right first')
  })

  it('says what is wrong with the folder or the code', async () => {
    const [none, broken, invalid, hidden] = await Promise.all([
      deploy(root, '--dry-run'),
      deploy(makeProject({ 'wrangler.jsonc': CONFIG, 'index.ts': "import 'no-such-package'\n" }), '--dry-run'),
      deploy(makeProject({ 'wrangler.jsonc': '{ "name": 7 }', 'index.ts': PLAIN }), '--dry-run'),
      deploy(makeProject({ 'wrangler.jsonc': { ...CONFIG, ...OBJECT }, 'index.ts': PLAIN }), '--dry-run'),
    ])
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('npm create hawser') })
    expect(broken).toMatchObject({ code: 4, stderr: expect.stringContaining('no-such-package') })
    expect(hidden).toMatchObject({
      code: 4,
      stderr: expect.stringContaining("export { HawserObject } from 'hawser/cloudflare'"),
    })
    expect(invalid).toMatchObject({ code: 4, stderr: expect.stringContaining('is not valid') })
  })
})

/** Has the real wrangler do all but upload: it says that the Worker is at an address of this machine. */
const wranglerTo = (url: string): Readonly<Record<string, string | object>> => ({
  'node_modules/wrangler/package.json': {
    name: 'wrangler',
    version: '4.0.0',
    bin: { wrangler: 'bin.mjs' },
    main: 'index.cjs',
  },
  'node_modules/wrangler/index.cjs': `module.exports = require(${JSON.stringify(join(modules, 'wrangler'))})`,
  'node_modules/wrangler/bin.mjs': `import { appendFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
const args = process.argv.slice(2)
if (args.includes('--dry-run')) process.exit(spawnSync(process.execPath, [${JSON.stringify(join(modules, 'wrangler/bin/wrangler.js'))}, ...args], { stdio: 'inherit' }).status)
appendFileSync(process.env.WRANGLER_OUTPUT_FILE_PATH, JSON.stringify({ type: 'deploy', targets: [${JSON.stringify(url)}] }) + '\\n')
`,
})

describe('hawser deploy', () => {
  it('proves the deployed server, and knows the next time what changed', async () => {
    const kit = mcp({ name: 'notes', version: '1.0.0', log: () => {} })
    const look = kit.tool({ description: 'Looks.', effect: 'read', run: () => 'seen' })
    await using server = await listen(kit.server({ tools: { look } }))
    const folder = makeProject({
      'wrangler.jsonc': CONFIG,
      'index.ts': PLAIN,
      ...wranglerTo(new URL(server.url).origin),
    })
    const { code, stdout } = await deploy(folder, '--no-json', '--call', 'look')
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Nothing was deployed from this machine yet.'),
    })
    expect(stdout).toMatch(/Call +look answered in \d+ ms/)
    const again = await deploy(folder, '--dry-run', '--no-json')
    expect(again.stdout).toContain('Nothing, since the last deployment from this machine.')
    writeFileSync(join(folder, 'index.ts'), EXPORTED)
    writeFileSync(join(folder, 'wrangler.jsonc'), JSON.stringify({ ...CONFIG, ...OBJECT }))
    const later = await deploy(folder, '--dry-run', '--json')
    expect((JSON.parse(later.stdout) as { readonly changes: unknown }).changes).toEqual([
      expect.stringMatching(/^code, \+\d\.\d kB compressed$/),
      '+ HAWSER (Durable Object HawserObject)',
      'migration none → v1',
    ])
  }, 60_000)
})
