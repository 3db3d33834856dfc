import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import type server from './fixtures/harbour.ts'
import { type Host, hosts } from './fixtures/hosts.ts'
import { connect, type Script, type TestClient, type TestOptions } from './testing/index.ts'

const leave = (): { readonly signal: AbortSignal; readonly abort: () => void } => {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}

/** One table of calls, the same answers wherever the server runs. */
describe.each(hosts)('the same server, %s', (name, start) => {
  let host: Host
  let harbour: TestClient<typeof server>

  const connectAs = (options: TestOptions): Promise<TestClient<typeof server>> =>
    connect<typeof server>(host.target as string, options)
  const answering = (answers: Script): Promise<TestClient<typeof server>> => connectAs({ answers })

  beforeAll(async () => {
    host = await start()
    harbour = await connectAs({})
  })
  afterAll(async () => {
    await harbour?.close()
    await host?.[Symbol.asyncDispose]()
  })

  // spec: resources-capability, discover
  it('says who it is and what it can', async () => {
    const { capabilities, instructions, supportedVersions, _meta } = await harbour.discover()
    expect(supportedVersions).toEqual(['2026-07-28'])
    expect(instructions).toBe('Look at the tides before you moor.')
    expect(capabilities).toEqual({
      tools: { listChanged: true },
      resources: { listChanged: true, subscribe: true },
      prompts: { listChanged: true },
      completions: {},
      logging: {},
    })
    expect(_meta?.['io.modelcontextprotocol/serverInfo']).toMatchObject({ name: 'harbour', title: 'Harbour' })
  })

  // server/utilities/pagination
  // spec: tools-list, resources-list, prompts-list
  it('lists tools, resources, templates and prompts to their end, page by page', async () => {
    const tools = await harbour.listTools()
    expect(tools.map((tool) => tool.name).join(' ')).toBe(
      'tides moor scuttle unload wait has_left route photo leak lie ring',
    )
    expect(tools[0]).toMatchObject({
      title: 'Tides',
      inputSchema: { type: 'object', required: ['place'], properties: { days: { default: 1, maximum: 3 } } },
      outputSchema: { type: 'object' },
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    })
    const resources = await harbour.listResources()
    expect(resources.map(({ uri }) => uri)).toEqual([
      'harbour://rules',
      'harbour://flag',
      'harbour://ships/elbe',
      'harbour://ships/gr%C3%B6%C3%9Fe%2F1',
    ])
    expect((await harbour.listResourceTemplates()).map(({ uriTemplate }) => uriTemplate)).toEqual([
      'harbour://ships/{name}{?format}',
    ])
    expect((await harbour.listPrompts()).map((prompt) => prompt.name)).toEqual(['inspect', 'greet'])
  })

  // spec: cache-one-scope, cursor-invalid
  it('gives every page of a list the same cache hints', async () => {
    const first = await harbour.request('tools/list', {})
    const second = await harbour.request('tools/list', { cursor: first.nextCursor })
    expect([first.tools.length, second.tools.length]).toEqual([3, 3])
    expect([first.ttlMs, first.cacheScope]).toEqual([second.ttlMs, second.cacheScope])
    await expect(harbour.request('tools/list', { cursor: 'nowhere' })).rejects.toMatchObject({ code: 'invalid_params' })
  })

  it('answers with data and with text', async () => {
    const { place, high } = await harbour.tools.tides({ place: 'Cuxhaven', days: 2 })
    expectTypeOf(high).toEqualTypeOf<{ day: number; time: string }[]>()
    expect([place, high]).toEqual([
      'Cuxhaven',
      [
        { day: 0, time: '10:00' },
        { day: 1, time: '11:00' },
      ],
    ])
    const { content, structuredContent, isError } = await harbour.call('tides', { place: 'Cuxhaven' })
    expect(content).toEqual([{ type: 'text', text: 'Cuxhaven: 10:00' }])
    expect(structuredContent).toEqual({ place: 'Cuxhaven', high: [{ day: 0, time: '10:00' }] })
    expect(isError).toBeUndefined()
  })

  it('answers with pictures and links', async () => {
    expect((await harbour.call('photo')).content).toEqual([
      { type: 'image', data: 'AQID', mimeType: 'image/png' },
      { type: 'resource_link', uri: 'harbour://rules', name: 'rules' },
    ])
  })

  // basic/transports/streamable-http#custom-headers-from-tool-parameters
  it('takes arguments that travel in a header as well, whatever they hold', async () => {
    expect(await harbour.tools.route({ region: 'Nordfriesland – Sylt\n' })).toBe('Nordfriesland – Sylt\n')
  })

  // server/tools#error-handling
  it('lets the model know what it can do better', async () => {
    await expect(harbour.tools.tides({ place: 'Alp' })).rejects.toThrow('No tides at Alp. Name a place by the sea.')
    const { isError, content } = await harbour.call('tides', { place: 7, days: 9, __proto__: null, day: 1 })
    expect([isError, JSON.stringify(content)]).toEqual([true, expect.stringMatching(/unknown argument `day`/)])
    const wrong = await harbour.call('tides', { place: 7, days: 9 })
    expect([wrong.isError, JSON.stringify(wrong.content)]).toEqual([
      true,
      expect.stringMatching(/place: expected string, got number 7.*days: .*9/),
    ])
  })

  it.each(['nothing', 'constructor', '__proto__', ''])('knows no tool called %j', async (tool) => {
    await expect(harbour.call(tool)).rejects.toMatchObject({ code: 'invalid_params', number: -32602 })
  })

  it('knows no method that it does not have', async () => {
    const odd = 'harbour/sink' as 'tools/list'
    await expect(harbour.request(odd, {})).rejects.toMatchObject({ code: 'method_not_found', number: -32601 })
  })

  // spec: tools-output
  it.each(['leak', 'lie'])('gives a stranger a reference and nothing else when %s fails', async (tool) => {
    const { isError, content } = await harbour.call(tool)
    expect(isError).toBe(true)
    expect(JSON.stringify(content)).toMatch(/^\[\{"type":"text","text":"Internal error \(ref [0-9A-Z]{6}\)"\}\]$/)
  })

  // basic/patterns/mrtr
  it('asks, keeps what it did meanwhile, and goes on', async () => {
    await using client = await answering({ length: { length: 30 }, ropes: {} })
    const berths: number[] = []
    for (const ship of ['Elbe', 'Größe']) {
      const said = await client.tools.moor({ ship })
      const [, who, berth] = /^(.+), 30 m, at berth (\d+) with 4 ropes\.$/.exec(said) ?? []
      expect(who).toBe(ship)
      berths.push(Number(berth))
    }
    expect((berths[1] ?? 0) - (berths[0] ?? 0)).toBe(1)
    expect(client.trace.filter(({ method }) => method === 'tools/call')).toHaveLength(6)
  })

  it('asks again for what cannot be', async () => {
    let asked = 0
    await using client = await answering({ length: () => ({ length: ++asked === 1 ? 500 : 5 }), ropes: { ropes: 2 } })
    expect(await client.tools.moor({ ship: 'Elbe' })).toMatch(/^Elbe, 5 m, at berth \d+ with 2 ropes\.$/)
    expect(asked).toBe(2)
  })

  it('asks in prompts, too', async () => {
    await using client = await answering({ captain: { name: 'Ada' } })
    expect(await client.prompts.greet()).toEqual([{ role: 'user', content: { type: 'text', text: 'Hello Ada' } }])
  })

  it('destroys only after a yes', async () => {
    await using yes = await answering({ confirm: true })
    expect(await yes.tools.scuttle({ ship: 'Elbe' })).toBe('Elbe is gone.')
    await using no = await answering({ confirm: false })
    await expect(no.tools.scuttle({ ship: 'Elbe' })).rejects.toThrow(/declined/)
    await using mute = await connectAs({ can: [] })
    expect((await mute.call('scuttle', { ship: 'Elbe' }).catch((error: unknown) => error)) as object).toSatisfy(
      (said: object) => !JSON.stringify(said).includes('gone'),
    )
  })

  // -32602 for state that is not ours (basic/patterns/mrtr#server-requirements)
  // spec: mrtr-state-untrusted
  it('takes no state but its own', async () => {
    const answer = harbour.request('tools/call', { name: 'moor', arguments: { ship: 'Elbe' }, requestState: 'forged' })
    await expect(answer).rejects.toMatchObject({ code: 'invalid_params', number: -32602 })
  })

  // basic/patterns/progress and server/utilities/logging
  // spec: transport-delivers
  it('tells how far it is and what it logs, in order', async () => {
    const steps: unknown[] = []
    const logged: unknown[] = []
    const options = { onProgress: (step: object) => steps.push(step), onLog: (entry: object) => logged.push(entry) }
    expect(await harbour.tools.unload({}, options)).toBe('unloaded')
    expect(steps).toEqual([1, 2, 3].map((crate) => ({ progress: crate, total: 3, message: `crate ${crate}` })))
    expect(logged).toMatchObject([{ level: 'notice', data: { crates: 3 } }])
  })

  // basic/patterns/cancellation
  it('lets a caller leave at once', async () => {
    const { signal, abort } = leave()
    const waiting = harbour.tools.wait({ who: 'Ada' }, { signal, onProgress: abort })
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' })
  })

  // workerd does not tell a Worker that waits, without writing, that its reader has left.
  // spec: cancel-stops
  it.skipIf(name === 'workerd')('stops the handler when its caller leaves', async () => {
    const { signal, abort } = leave()
    await harbour.tools.wait({ who: 'Grace' }, { signal, onProgress: abort }).catch(() => {})
    await expect.poll(() => harbour.tools.has_left({ who: 'Grace' })).toEqual({ left: true })
    expect(await harbour.tools.has_left({ who: 'Edsger' })).toEqual({ left: false })
  })

  it('reads resources by their URI, with how long they may be kept', async () => {
    const { contents, ttlMs, cacheScope } = await harbour.read('harbour://rules')
    expect(contents).toEqual([{ uri: 'harbour://rules', mimeType: 'text/markdown', text: '# Rules\n\nSlow.\n' }])
    expect([ttlMs, cacheScope]).toEqual([5_000, 'private'])
  })

  it('reads resources by name and variables', async () => {
    expect(await harbour.resources.ship({ name: 'größe/1' })).toBe('A barge.')
    expect(await harbour.resources.ship({ name: 'elbe', format: 'loud' })).toBe('A FERRY.')
    expect(await harbour.resources.flag()).toEqual(new Uint8Array([0, 127, 255]))
  })

  // spec: resource-traversal, resource-not-found
  it.each(['harbour://ships/__proto__', 'harbour://ships/..', 'harbour://nowhere', 'file:///etc/passwd'])(
    'finds nothing at %s',
    async (uri) => {
      await expect(harbour.read(uri)).rejects.toMatchObject({ code: 'invalid_params', data: { uri } })
    },
  )

  it('renders prompts', async () => {
    expect(await harbour.prompt('inspect', { ship: 'Elbe' })).toMatchObject({
      description: 'Inspect a ship.',
      messages: [{ role: 'user', content: { type: 'text', text: 'Inspect Elbe.' } }],
    })
    await expect(harbour.prompt('inspect', {})).rejects.toMatchObject({ code: 'invalid_params' })
  })

  it('completes arguments of prompts and variables of templates', async () => {
    const prompt = { type: 'ref/prompt', name: 'inspect' } as const
    expect((await harbour.complete(prompt, { name: 'ship', value: 'WE' })).values).toEqual(['weser'])
    const template = { type: 'ref/resource', uri: 'harbour://ships/{name}{?format}' } as const
    expect((await harbour.complete(template, { name: 'format', value: 'x' }, { name: 'elbe' })).values).toEqual([
      'loud-elbe-x',
    ])
  })

  // basic/patterns/subscriptions
  it('tells subscribers what changed, until they close', async () => {
    await using changes = await harbour.listen({ resourceSubscriptions: ['harbour://rules'] })
    expect(changes.filter).toEqual({ resourceSubscriptions: ['harbour://rules'] })
    await harbour.tools.ring()
    for await (const change of changes) {
      expect(change).toEqual({ kind: 'resource', uri: 'harbour://rules' })
      break
    }
    changes.close()
    await changes.ended
  })

  // spec: stateless-interleaving
  it('keeps a hundred calls apart', async () => {
    const places = Array.from({ length: 100 }, (_, at) => `place ${at}`)
    const answers = await Promise.all(places.map((place) => harbour.tools.tides({ place })))
    expect(answers.map(({ place }) => place)).toEqual(places)
  })
})
