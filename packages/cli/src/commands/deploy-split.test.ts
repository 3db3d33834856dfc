import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runCli } from '../fixtures/run-cli.ts'

const root = mkdtempSync(join(tmpdir(), 'hawser-split-'))
const modules = join(import.meta.dirname, '../../../../node_modules')
afterAll(() => rmSync(root, { recursive: true, force: true }))

const env = {
  WRANGLER_SEND_METRICS: 'false',
  CI: '1',
  CLOUDFLARE_API_TOKEN: '',
  // Packages of this workspace are bundled from their sources.
  WRANGLER_BUILD_CONDITIONS: 'hawser-source,workerd,worker,browser',
}

const FILE = `import { env } from 'cloudflare:workers'
import { mcp } from 'hawser'
import { protectedResource } from 'hawser/auth'
import { suite } from 'hawser/cloudflare'

const make = (name, binding) => {
  const auth = protectedResource({ resource: env.ORIGIN + '/' + name + '/mcp', issuer: 'https://login.example.com', root: false })
  const kit = mcp({ name, version: '1.0.0', auth })
  const look = kit.tool({ description: 'Looks.', effect: 'read', scopes: 'signedIn', bindings: [binding], run: () => 'seen' })
  return kit.server({ tools: { look } })
}

export default suite({ tides: make('tides', 'DB'), berths: make('berths', 'PAY_KEY') }, { bindings: { berths: ['QUEUE'], owner: ['FILES'] } })
`
/** Has an issuer of its own, which other Workers cannot ask. */
const ISSUING = `import { env } from 'cloudflare:workers'
import { mcp } from 'hawser'
import { sharedIssuer } from 'hawser/auth'
import { suite } from 'hawser/cloudflare'

const issuer = sharedIssuer(env.ORIGIN)
const tides = mcp({ name: 'tides', version: '1.0.0', auth: issuer.protect('/tides/mcp') }).server({})
const createIssuer = () => { throw new Error('This is not to be made to look at it.') }
export default suite({ tides }, { issuer, createIssuer })
`
const CONFIG = {
  name: 'quay',
  main: 'src/index.js',
  compatibility_date: '2026-06-11',
  vars: { ORIGIN: 'https://quay.example.com' },
  d1_databases: [{ binding: 'DB', database_name: 'quay', database_id: 'x' }],
  kv_namespaces: [{ binding: 'BOATS', id: 'x' }],
  r2_buckets: [{ binding: 'FILES', bucket_name: 'quay' }],
  queues: { producers: [{ binding: 'QUEUE', queue: 'quay' }], consumers: [{ queue: 'quay' }] },
  assets: { directory: 'pages' },
}

let count = 0

function makeProject(config: object, file = FILE): string {
  const folder = join(root, String(++count))
  for (const name of ['node_modules', 'src', 'pages']) mkdirSync(join(folder, name), { recursive: true })
  for (const name of ['wrangler', 'hawser']) symlinkSync(join(modules, name), join(folder, 'node_modules', name))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'wrangler.jsonc'), JSON.stringify(config))
  writeFileSync(join(folder, 'src/index.js'), file)
  return folder
}

const deploy = (folder: string, ...args: readonly string[]) =>
  runCli(['deploy', '--split', ...args], { cwd: folder, env })

interface Shown {
  readonly workers: readonly {
    readonly name: string
    readonly url?: string
    readonly gzip: number
    readonly bindings: readonly { readonly name: string }[]
    readonly checks: readonly { readonly id: string; readonly findings: readonly { readonly found: string }[] }[]
  }[]
}

describe('hawser deploy --split --dry-run', () => {
  it('shows what each Worker would reach, and writes what wrangler would read', async () => {
    const folder = makeProject(CONFIG)
    const { code, stdout, stderr } = await deploy(folder, '--dry-run', '--json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('.hawser/split') })
    const { workers } = JSON.parse(stdout) as Shown
    const secrets = ({ checks }: Shown['workers'][number]): string | undefined =>
      checks.find(({ id }) => id === 'secrets')?.findings[0]?.found
    const given = workers[0]?.checks.find(({ id }) => id === 'given')?.findings[0]?.found
    expect(given).toBe('BOATS to nobody')
    expect(
      workers.map((one) => [one.name, one.url, one.bindings.map(({ name }) => name).toSorted(), secrets(one)]),
    ).toEqual([
      ['quay', undefined, ['FILES', 'HAWSER_PART', 'ORIGIN'], 'none is named in the code'],
      ['quay-tides', 'https://quay.example.com/tides/mcp', ['DB', 'HAWSER_PART', 'ORIGIN'], 'none'],
      [
        'quay-berths',
        'https://quay.example.com/berths/mcp',
        ['HAWSER_PART', 'ORIGIN', 'QUEUE'],
        'PAY_KEY. Once, if not done: npx wrangler secret put PAY_KEY --name quay-berths',
      ],
    ])
    expect(workers.every(({ gzip }) => gzip > 10_000)).toBe(true)
    const read = (part: string): unknown =>
      JSON.parse(
        readFileSync(join(folder, `.hawser/split/${part}/wrangler.jsonc`), 'utf8').replaceAll(/^\/\/.*$/gm, ''),
      )
    expect(read('owner')).toMatchObject({
      main: '../../../src/index.js',
      assets: { directory: '../../../pages' },
      queues: { consumers: [{ queue: 'quay' }] },
      vars: { HAWSER_PART: 'owner' },
    })
    expect(read('tides')).toEqual({
      name: 'quay-tides',
      main: '../../../src/index.js',
      compatibility_date: '2026-06-11',
      d1_databases: CONFIG.d1_databases,
      workers_dev: false,
      preview_urls: false,
      routes: ['quay.example.com/tides/mcp*', 'quay.example.com/.well-known/oauth-protected-resource/tides/mcp*'],
      vars: { ORIGIN: 'https://quay.example.com', HAWSER_PART: 'tides' },
    })
    expect(readFileSync(join(folder, '.hawser/.gitignore'), 'utf8')).toBe('*\n')
  }, 60_000)

  it('says why a suite cannot be split', async () => {
    const at = (ORIGIN: string) => deploy(makeProject({ ...CONFIG, vars: { ORIGIN } }), '--dry-run')
    const [shared, local, none, other] = await Promise.all([
      at('https://quay.ada.workers.dev'),
      at('http://localhost:8787'),
      deploy(makeProject(CONFIG, 'export default {}'), '--dry-run'),
      deploy(makeProject(CONFIG), '--dry-run', '--call', 'look'),
    ])
    const quiet = await deploy(makeProject(CONFIG, ISSUING), '--dry-run', '--json')
    expect(shared).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('a name of workers.dev leads to one Worker'),
    })
    expect(local).toMatchObject({ code: 4, stderr: expect.stringContaining('which is this machine') })
    expect(none).toMatchObject({ code: 4, stderr: expect.stringContaining('has no suite as its default export') })
    expect(quiet).toMatchObject({ code: 4, stdout: expect.stringContaining('does not export IssuerEntrypoint') })
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('Leave --path, --url and --call out') })
  }, 60_000)
})
