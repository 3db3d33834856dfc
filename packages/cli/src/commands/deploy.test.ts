import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openCloudflare, type Trouble } from '../fixtures/cloudflare-api.ts'
import { runCli } from '../fixtures/run-cli.ts'

const root = mkdtempSync(join(tmpdir(), 'hawser-deploy-'))
const modules = join(import.meta.dirname, '../../../../node_modules')
afterAll(() => rmSync(root, { recursive: true, force: true }))

const FROM_SOURCE = { WRANGLER_BUILD_CONDITIONS: 'hawser-source,workerd,worker,browser' }
const env = { WRANGLER_SEND_METRICS: 'false', CI: '1', CLOUDFLARE_API_TOKEN: '' }
const CONFIG = { name: 'notes', main: 'index.ts', compatibility_date: '2026-06-11' }
const OBJECT = {
  durable_objects: { bindings: [{ name: 'HAWSER', class_name: 'HawserObject' }] },
  migrations: [{ tag: 'v1', new_sqlite_classes: ['HawserObject'] }],
}
const PLAIN = "export default { fetch: () => new Response('here') }\n"
const EXPORTED = `${PLAIN}export class HawserObject { async fetch() { return new Response('kept') } }\n`

const FIXTURES = join(import.meta.dirname, '../fixtures')
const readFixture = (name: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(join(FIXTURES, name)).map((file) => [file, readFileSync(join(FIXTURES, name, file), 'utf8')]),
  )
/** Lines of comments, as that file has them, and commas at the end. */
const stripComments = (text: string): string => text.replaceAll(/^\s*\/\/.*$/gm, '').replaceAll(/,(\s*[}\]])/g, '$1')

let count = 0

/** Makes a project of files, with the `wrangler` that is installed here. */
function makeProject(files: Readonly<Record<string, string | object>>): string {
  const folder = join(root, String(++count))
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  symlinkSync(join(modules, 'wrangler'), join(folder, 'node_modules/wrangler'))
  symlinkSync(join(modules, 'typescript'), join(folder, 'node_modules/typescript'))
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  return folder
}

const deploy = (folder: string, ...args: readonly string[]) => runCli(['deploy', ...args], { cwd: folder, env })

describe('hawser deploy --dry-run', { timeout: 60_000 }, () => {
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
        ·  Types               there is no script "types", and no tsconfig.json
        ·  Lint                there is no script "lint"
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
        (What is deployed is not known: there is no CLOUDFLARE_API_TOKEN.)
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

describe('hawser deploy', { timeout: 120_000 }, () => {
  it('uploads with wrangler, proves what is deployed, and compares with it from then on', async () => {
    const folder = makeProject({ ...readFixture('worker') })
    symlinkSync(join(modules, 'hawser'), join(folder, 'node_modules/hawser'))
    await using cloudflare = await openCloudflare('harbour-worker')
    const options = { cwd: folder, env: { ...env, ...FROM_SOURCE, ...cloudflare.env } }
    const run = (...args: readonly string[]) => runCli(['deploy', '--no-json', ...args], options)
    const first = await run('--url', `${cloudflare.url}/mcp`, '--call', 'tides')
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('everything: it is not there yet') })
    expect(first.stdout).toMatch(/Revision 2026-07-28 .*\n.*Earlier revisions/)
    expect(first.stdout).toMatch(/Call +tides answered in \d+ ms/)
    expect(cloudflare.asked).toContain('PUT /client/v4/accounts/ada/workers/scripts/harbour-worker')
    expect([...cloudflare.tokens]).toEqual([`Bearer ${cloudflare.env.CLOUDFLARE_API_TOKEN}`])
    expect(first.stdout + first.stderr).not.toContain(cloudflare.env.CLOUDFLARE_API_TOKEN)

    const bare = { cwd: folder, env: { ...env, ...FROM_SOURCE } }
    const same = await run('--url', cloudflare.url)
    expect(cloudflare.asked).toContain('POST /client/v4/accounts/ada/workers/scripts/harbour-worker/versions')
    const noted = await runCli(['deploy', '--dry-run', '--no-json'], bare)
    expect(same).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Nothing: it is the same as what is deployed.'),
    })
    // Without a token there is the note of this machine.
    expect(noted.stdout).toContain('Nothing, since the last deployment from this machine.')

    const config = JSON.parse(stripComments(readFileSync(join(folder, 'wrangler.jsonc'), 'utf8'))) as object
    const step = { tag: 'v2', renamed_classes: [{ from: 'Berths', to: 'Quays' }], new_sqlite_classes: ['Cranes'] }
    const changed = {
      ...config,
      vars: { GREETING: 'ahoy' },
      durable_objects: { bindings: [{ name: 'QUAYS', class_name: 'Quays' }] },
      migrations: [{ tag: 'v1', new_sqlite_classes: ['Berths'] }, step, { tag: 'v3', deleted_classes: ['Cranes'] }],
    }
    writeFileSync(join(folder, 'wrangler.jsonc'), JSON.stringify(changed))
    const source = readFileSync(join(folder, 'index.ts'), 'utf8')
    writeFileSync(join(folder, 'index.ts'), source.replaceAll('Berths', 'Quays').replaceAll('BERTHS', 'QUAYS'))
    const later = await runCli(['deploy', '--dry-run', '--json'], options)
    expect(JSON.parse(later.stdout)).toMatchObject({
      comparison: {
        with: 'deployed',
        changes: [
          expect.stringMatching(/^code, [+-]\d\.\d kB compressed$/),
          '+ QUAYS (Durable Object Quays)',
          '- BERTHS (durable_object_namespace)',
          'GREETING, another value',
          'migration v2: makes Cranes, renames Berths to Quays',
          'migration v3: deletes Cranes with all that its objects store',
        ],
      },
      checks: expect.arrayContaining([
        expect.objectContaining({
          id: 'objects',
          findings: expect.arrayContaining([
            expect.objectContaining({ verdict: 'note', found: 'migration v3 deletes Cranes' }),
          ]),
        }),
      ]),
    })
  })

  it('proves a server for people who sign in, with the secrets that Cloudflare has', async () => {
    const template = join(import.meta.dirname, '../../../create-hawser/templates/worker-sign-in')
    const folder = join(root, 'worker-sign-in')
    cpSync(template, folder, { recursive: true })
    symlinkSync(modules, join(folder, 'node_modules'))
    await using cloudflare = await openCloudflare('my-server', {
      secrets: { OAUTH_SECRET: 'a secret for tests, of 32 characters and more' },
    })
    const config = readFileSync(join(folder, 'wrangler.jsonc'), 'utf8')
    writeFileSync(
      join(folder, 'wrangler.jsonc'),
      config.replace('https://my-server.example.workers.dev', cloudflare.url),
    )
    const manifest = readFileSync(join(folder, 'package.json'), 'utf8')
    // Types as they are from the sources.
    writeFileSync(join(folder, 'package.json'), manifest.replace('tsc ', 'tsc --customConditions hawser-source '))
    const { code, stdout } = await runCli(['deploy', '--no-json', '--url', cloudflare.url], {
      cwd: folder,
      env: { ...env, ...FROM_SOURCE, ...cloudflare.env },
    })
    expect(stdout).toMatch(/✔ +Types +right/)
    expect(stdout).toMatch(/▲ +Secrets +not at Cloudflare: OIDC_CLIENT_ID, OIDC_CLIENT_SECRET,/)
    expect(stdout).toMatch(/✔ +401 challenge/)
    expect(stdout).toMatch(/✔ +Issuer metadata/)
    expect({ code, problems: stdout.match(/✖.*/g) }).toEqual({ code: 0, problems: null })
  })

  it.each<[string, Trouble, string]>([
    ['who asks', { path: /^PUT |\/user\//, status: 403, code: 10_000 }, 'set CLOUDFLARE_API_TOKEN'],
    ['so many requests', { path: /^PUT /, status: 429, code: 971, retryAfter: 3600 }, 'Wait some minutes'],
  ])(
    'says what to do when Cloudflare refuses %s',
    async (_, trouble, fix) => {
      const folder = makeProject({ 'wrangler.jsonc': CONFIG, 'index.ts': PLAIN })
      await using cloudflare = await openCloudflare('notes', { trouble })
      const { code, stdout, stderr } = await runCli(['deploy', '--no-json'], {
        cwd: folder,
        env: { ...env, ...cloudflare.env },
      })
      expect(code).toBe(1)
      expect(stderr).toContain(fix)
      expect(stdout + stderr).not.toContain(cloudflare.env.CLOUDFLARE_API_TOKEN)
    },
    60_000,
  )
})
