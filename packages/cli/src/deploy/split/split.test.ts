import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'hawser'
import { memoryCredentials, signIn } from 'hawser/sign-in'
import type { Miniflare, WorkerOptions } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../../../../examples/notes/free-port.ts'
import { scriptedPerson } from '../../../../../examples/notes/scripted-person.ts'
import { bundle, startWorkers } from '../../../../hawser/src/cloudflare/fixtures/start-workers.ts'
import { callTool, properHeaders } from '../../../../hawser/src/http/fixtures/cases.ts'
import type { WorkerConfig } from '../../wrangler/project.ts'
import { type PlannedWorker, planWorkers } from './plan-workers.ts'
import { readSuite } from './read-suite.ts'

const FOLDER = join(import.meta.dirname, '../../../../../examples/suite')
const ADDRESS = 'https://library.example.com'

/** What wrangler would read of the example. */
function readConfig(): WorkerConfig {
  const text = readFileSync(join(FOLDER, 'wrangler.jsonc'), 'utf8').replaceAll(/^\s*\/\/.*$/gm, '')
  const config = JSON.parse(text.replaceAll(/,(?=\s*[}\]])/g, '')) as WorkerConfig
  return { ...config, main: join(FOLDER, config.main ?? '') }
}

interface Settings {
  readonly compatibility_date: string
  readonly compatibility_flags: string[]
  readonly routes: readonly string[]
  readonly vars: Readonly<Record<string, string>>
  readonly durable_objects?: { readonly bindings: readonly Named[] }
  readonly services?: readonly { readonly binding: string; readonly service: string; readonly entrypoint: string }[]
}
interface Named {
  readonly name: string
  readonly class_name: string
  readonly script_name?: string
}

/** A Worker as Cloudflare would run it of its settings, at an origin of this machine. */
function toWorker({ part, name, settings }: PlannedWorker, script: string, origin: string): WorkerOptions {
  const { vars, durable_objects: objects, services = [], ...others } = settings as unknown as Settings
  const secrets = part === 'owner' ? { OAUTH_SECRET: 'a secret of forty characters, for tests.' } : {}
  return {
    name,
    modules: true,
    script,
    compatibilityDate: others.compatibility_date,
    compatibilityFlags: others.compatibility_flags,
    bindings: { ...vars, ...secrets, ORIGIN: origin },
    durableObjects: Object.fromEntries(
      (objects?.bindings ?? []).map(({ name: binding, class_name: className, script_name: scriptName }) => [
        binding,
        { className, useSQLite: true, ...(scriptName !== undefined && { scriptName }) },
      ]),
    ),
    serviceBindings: Object.fromEntries(
      services.map(({ binding, service, entrypoint }) => [binding, { name: service, entrypoint }]),
    ),
  }
}

/** Leads each address to a Worker as routes do: the most specific pattern wins, and the rest goes to the owner. */
const FRONT = `export default {
  fetch: (request, env) => {
    const { pathname } = new URL(request.url)
    const found = env.ROUTES.filter(([start]) => pathname.startsWith(start)).sort(([a], [b]) => b.length - a.length)[0]
    return env[request.headers.get('x-worker') ?? found?.[1] ?? 'library'].fetch(request)
  },
}`

describe('a suite whose servers are Workers of their own', { timeout: 60_000 }, () => {
  let miniflare: Miniflare
  let origin: string
  let workers: readonly PlannedWorker[]

  beforeAll(async () => {
    const config = readConfig()
    workers = planWorkers(config, await readSuite(FOLDER, config, undefined), FOLDER, join(FOLDER, '.hawser/split'))
    const port = await freePort()
    origin = `http://127.0.0.1:${port}`
    const script = await bundle('../../../../../examples/suite/worker.ts')
    const routes = workers.flatMap(({ part, name, settings }) => {
      const patterns = part === 'owner' ? [] : (settings['routes'] as readonly string[])
      return patterns.map((pattern) => [new URL(`https://${pattern.replace(/\*$/, '')}`).pathname, name])
    })
    const names = workers.map(({ name }) => name)
    const front: WorkerOptions = {
      name: 'front',
      modules: true,
      script: FRONT,
      bindings: { ROUTES: routes },
      serviceBindings: Object.fromEntries(names.map((name) => [name, name])),
    }
    ;({ miniflare } = await startWorkers({
      port,
      workers: [front, ...workers.map((one) => toWorker(one, script, origin))],
    }))
  })
  afterAll(() => miniflare?.dispose())

  const open = async (name: string, path: string) => {
    let token = ''
    const auth = signIn({
      client: { name: 'Reading list' },
      ask: scriptedPerson(name),
      store: memoryCredentials(),
      onStepUp: () => true,
    })
    const url = `${origin}${path}`
    const client = await connect(url, {
      http: {
        auth,
        fetch: (request) => {
          token = request.headers.get('authorization') ?? token
          return fetch(request)
        },
      },
    })
    return { auth, url, client, token: () => token }
  }
  const call = async (path: string, authorization: string, tool: string, args: object = {}, worker?: string) => {
    const body = callTool(tool, args)
    const headers = { ...properHeaders(body), authorization, ...(worker !== undefined && { 'x-worker': worker }) }
    const response = await fetch(origin + path, { method: 'POST', headers, body })
    await response.text()
    return response
  }

  it('takes tokens of the issuer, until the person takes back what they allowed', async () => {
    const { auth, url, client, token } = await open('grace', '/loans/mcp')
    expect(await client.call('borrow_book', { book: 'tides' })).toMatchObject({ structuredContent: { id: 'tides' } })
    const kept = token()
    expect((await call('/loans/mcp', kept, 'return_book', { book: 'tides' })).status).toBe(200)
    await auth.signOut(url)
    const refused = await call('/loans/mcp', kept, 'borrow_book', { book: 'tides' })
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('error="invalid_token"'),
    ])
  })

  it('has one set of data, in the objects of one Worker', async () => {
    const { client: loans } = await open('linus', '/loans/mcp')
    await loans.call('borrow_book', { book: 'charts' })
    const { client: all } = await open('ada', '/mcp')
    expect(await all.call('catalogue_find_books', { words: 'charts' })).toMatchObject({
      structuredContent: { books: [{ isHere: false }] },
    })
    expect(await all.call('desk_report_due_books', { before: '2999-01-01' })).toMatchObject({
      structuredContent: { loans: [{ id: 'charts', reader: 'linus' }] },
    })
  })

  it('keeps tokens and addresses of one server from the Workers of the others', async () => {
    const { client, token } = await open('grace', '/catalogue/mcp')
    await client.call('find_books', { words: '' })
    expect((await call('/catalogue/mcp', token(), 'find_books', { words: '' })).status).toBe(200)
    for (const [path, tool] of [
      ['/loans/mcp', 'list_loans'],
      ['/desk/mcp', 'report_due_books'],
      ['/mcp', 'catalogue_find_books'],
    ] as const)
      expect((await call(path, token(), tool)).status).toBe(401)
    // As if a route led to the wrong Worker.
    for (const worker of ['library', 'library-loans', 'library-desk', 'library-all'])
      expect((await call('/catalogue/mcp', token(), 'find_books', { words: '' }, worker)).status).toBe(404)
    for (const path of ['/authorize', '/token', '/jwks', '/'])
      expect((await fetch(origin + path, { headers: { 'x-worker': 'library-loans' } })).status).toBe(404)
  })

  it('gives each Worker what its tools name, and secrets to the issuer alone', () => {
    const given = workers.map(({ name, settings, secrets }) => {
      const { durable_objects: objects, services = [] } = settings as unknown as Settings
      return [
        name,
        (objects?.bindings ?? []).map((one) => `${one.name} of ${one.script_name ?? 'its own'}`),
        services.map(({ service, entrypoint }) => `${service}#${entrypoint}`),
        secrets,
      ]
    })
    const member = (name: string) => [name, ['LIBRARY of library'], ['library#IssuerEntrypoint'], []]
    expect(given).toEqual([
      ['library', ['OAUTH of its own', 'LIBRARY of its own'], [], undefined],
      ...['library-catalogue', 'library-loans', 'library-desk', 'library-all'].map(member),
    ])
    expect(workers.map(({ url }) => url)).toEqual([
      undefined,
      ...['/catalogue/mcp', '/loans/mcp', '/desk/mcp', '/mcp'].map((path) => ADDRESS + path),
    ])
  })
})

describe('the file of a suite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-suite-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('is loaded with the variables of the configuration, whatever it takes of the runtime', async () => {
    const config = { ...readConfig(), vars: { ORIGIN: 'https://books.example.org', STAFF: '' } }
    const { members, owner } = await readSuite(folder, config, undefined)
    expect(members['loans']?.resource).toBe('https://books.example.org/loans/mcp')
    expect(owner).toEqual({ issuer: 'https://books.example.org', bindings: ['OAUTH_SECRET'] })
  })

  it('is refused without a suite, or when it does not load', async () => {
    const at = (main: string): WorkerConfig => ({ ...readConfig(), main: join(import.meta.dirname, main) })
    await expect(readSuite(folder, at('find-address.ts'), undefined)).rejects.toThrow(
      'has no suite as its default export',
    )
    await expect(readSuite(folder, at('nothing.ts'), undefined)).rejects.toThrow('does not load')
  })
})
