import type { Miniflare, WorkerOptions } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callTool, properHeaders } from '../../http/fixtures/cases.ts'
import { bundle, COMPATIBILITY, startWorkers } from '../fixtures/start-workers.ts'

const HAWSER = { HAWSER: { className: 'HawserObject', useSQLite: true } }
const OF_OWNER = { HAWSER: { className: 'HawserObject', useSQLite: true, scriptName: 'owner' } }
const DOOR = { ratelimits: { DOOR: { namespace_id: '1', simple: { limit: 100, period: 60 as const } } } }
const ISSUER = { ISSUER: { name: 'owner', entrypoint: 'IssuerEntrypoint' } }

/** A Worker of the same account that tries what it can call by RPC. */
const STRANGER = `import { RpcTarget } from 'cloudflare:workers'
class Batch extends RpcTarget {
  get queue() { return 'rows' }
  get messages() { return [] }
  ackAll() {}
}
export default { fetch: async (request, { WHOLE, ISSUER }) => {
  const batch = { queue: 'rows', messages: [] }
  const call = { method: 'tools/call', params: { name: 'book' }, principal: { subject: 'ada', scopes: new Set() } }
  const ways = {
    servers: () => WHOLE.servers.berths.handle(call),
    plan: () => WHOLE.plan.members,
    suite: () => WHOLE['hawser.suite'].servers.berths.handle(call),
    handle: () => WHOLE.handle(call),
    fetch: () => WHOLE.fetch(new Request('https://quay.example.com/none')),
    keys: () => ISSUER.jwks(),
    live: () => ISSUER.isGrantLive('g1'),
    env: () => ISSUER.env.HAWSER,
    issue: () => ISSUER.fetch(new Request('https://quay.example.com/authorize')),
    jwksOfWhole: () => WHOLE.jwks(),
    queue: () => WHOLE.queue(batch),
    queueWithMethods: () => WHOLE.queue({ ...batch, ackAll: () => {} }),
    queueOfList: () => WHOLE.queue(Object.assign([], batch)),
    queueOfError: () => WHOLE.queue(Object.assign(new Error('no'), batch)),
    queueOfTarget: () => WHOLE.queue(new Batch()),
    queueEvent: () => WHOLE.queue('rows', []),
  }
  const tried = Object.entries(ways).map(async ([name, go]) => [name, await (async () => go())().then(() => true, () => false)])
  return Response.json(Object.fromEntries((await Promise.all(tried)).filter(([, isReached]) => isReached)))
} }`

interface Consumer {
  readonly queue: (name: string, messages: readonly object[]) => Promise<object>
}

describe('one suite as several Workers', () => {
  let miniflare: Miniflare

  beforeAll(async () => {
    const script = await bundle('suite-worker.ts')
    const part = (name: string, bindings: Record<string, string>, more: object = {}): WorkerOptions => ({
      name,
      modules: true,
      script,
      ...COMPATIBILITY,
      bindings,
      ...more,
    })
    const DB = 'rows'
    ;({ miniflare } = await startWorkers({
      workers: [
        part('owner', { HAWSER_PART: 'owner' }, { durableObjects: HAWSER }),
        part('whole', { DB }, { durableObjects: OF_OWNER, ...DOOR }),
        part('tides', { HAWSER_PART: 'tides' }, { serviceBindings: ISSUER }),
        part('alone', { HAWSER_PART: 'tides' }),
        part('berths', { HAWSER_PART: 'berths', DB }, { durableObjects: OF_OWNER, ...DOOR }),
        part('doorless', { HAWSER_PART: 'berths', DB }, { durableObjects: OF_OWNER }),
        part('poor', { HAWSER_PART: 'berths', DB }),
        part('poorer', { HAWSER_PART: 'berths' }),
        part('strange', { HAWSER_PART: 'boats' }),
        {
          name: 'stranger',
          modules: true,
          script: STRANGER,
          ...COMPATIBILITY,
          serviceBindings: { WHOLE: 'whole', ISSUER: ISSUER.ISSUER },
        },
      ],
    }))
  })
  afterAll(() => miniflare?.dispose())

  const ask = async (worker: string, path: string, tool?: string) => {
    const fetcher = (await miniflare.getWorker(worker)) as unknown as { readonly fetch: typeof fetch }
    const body = tool === undefined ? undefined : callTool(tool)
    const headers = { accept: 'text/html', ...(body !== undefined && properHeaders(body)) }
    const init = body === undefined ? { headers } : { method: 'POST', headers, body }
    const response = await fetcher.fetch(`https://quay.example.com${path}`, init)
    return `${response.status} ${await response.text()}`
  }
  const answers = expect.stringMatching(/^200 .*"content"/) as unknown

  it('answers in each for what it is', async () => {
    expect(await ask('whole', '/tides/mcp', 'high')).toEqual(answers)
    expect(await ask('whole', '/berths/mcp', 'book')).toEqual(answers)
    expect(await ask('whole', '/authorize')).toBe('200 issuer')
    expect(await ask('tides', '/tides/mcp', 'high')).toEqual(answers)
    expect(await ask('berths', '/berths/mcp', 'book')).toEqual(answers)
    expect(await ask('owner', '/authorize')).toBe('200 issuer')
    const elsewhere = [
      ['tides', '/berths/mcp'],
      ['tides', '/authorize'],
      ['berths', '/tides/mcp'],
      ['berths', '/.well-known/oauth-protected-resource/tides/mcp'],
      ['owner', '/tides/mcp'],
      ['owner', '/berths/mcp'],
      ['owner', '/.well-known/oauth-protected-resource/tides/mcp'],
    ] as const
    for (const [worker, path] of elsewhere) {
      expect([worker, path, await ask(worker, path)]).toEqual([worker, path, expect.stringMatching(/^404/)])
    }
  })

  it('is reached by other Workers at its endpoints, and its issuer by the two questions', async () => {
    expect(await ask('stranger', '/')).toBe('200 {"fetch":true,"keys":true,"live":true}')
  })

  it('takes of a Queue what the runtime brings', async () => {
    const whole = (await miniflare.getWorker('whole')) as unknown as Consumer
    expect(await whole.queue('rows', [{ id: '1', timestamp: new Date(), body: 'row', attempts: 1 }])).toMatchObject({
      outcome: 'ok',
      explicitAcks: ['1'],
    })
  })

  it('says what a part has not been given', async () => {
    expect(await ask('alone', '/')).toMatch('asks its issuer by the binding ISSUER, which is missing')
    expect(await ask('poorer', '/')).toMatch('The tool "book" needs the binding DB')
    expect(await ask('strange', '/')).toMatch('HAWSER_PART is "boats"; this suite has tides, berths, owner.')
    // The adapters of all servers are made, whichever the part: what is not given is missed when it is used.
    for (const worker of ['poor', 'doorless'])
      expect(await ask(worker, '/berths/mcp', 'book')).toMatch(/^503 .*Nobody can count calls now/)
  })
})
