import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { DefinitionError, mcp } from '../../index.ts'
import { connect } from '../../testing/index.ts'
import { apps, showsViews, view, type ViewDefinition, withView } from './index.ts'

const UI = 'io.modelcontextprotocol/ui'
const extensions = { [UI]: { mimeTypes: ['text/html;profile=mcp-app'] } }
const html = '<!doctype html><title>Tides</title>'

const app = mcp({ name: 'tides', version: '1.0.0', log: () => {} })
const dashboard = view({
  uri: 'ui://tides/dashboard',
  html,
  title: 'Tides',
  description: 'Shows the tides of a day.',
  csp: {
    connectDomains: ['https://api.example.com', 'wss://live.example.com:8443'],
    resourceDomains: ['https://*.example.com'],
  },
  permissions: ['geolocation'],
  prefersBorder: true,
})
const tides = app.tool({
  description: 'Tell the tides.',
  effect: 'read',
  meta: { 'com.example/x': 1 },
  input: z.object({ place: z.string() }),
  output: z.object({ place: z.string(), high: z.string() }),
  run: ({ place }) => ({ place, high: '7:40' }),
})
const refresh = app.tool({ description: 'Tell the tides again.', effect: 'read', run: () => 'again' })
const days = app.tool({ description: 'List the days.', effect: 'read', run: () => 'monday' })
const rules = app.resource({ uri: 'tides://rules', read: () => 'Measure at the pole.' })
const server = app.server(
  apps({
    tools: {
      tides: withView(dashboard, tides, { shown: ({ place }) => `The tides of ${place} are on screen.` }),
      refresh: withView(dashboard, refresh, { visibility: ['app'] }),
      days,
    },
    resources: { rules },
  }),
)

describe('a tool with a view', () => {
  it('names its view to hosts, which read it with what it needs', async () => {
    await using host = await connect(server, { extensions })
    const [listed] = await host.listTools()
    expect(listed?._meta).toEqual({
      'com.example/x': 1,
      ui: { resourceUri: 'ui://tides/dashboard', visibility: ['model', 'app'] },
    })
    const ui = {
      csp: {
        connectDomains: ['https://api.example.com', 'wss://live.example.com:8443'],
        resourceDomains: ['https://*.example.com'],
      },
      permissions: { geolocation: {} },
      prefersBorder: true,
    }
    const mimeType = 'text/html;profile=mcp-app'
    expect(await host.read('ui://tides/dashboard')).toMatchObject({
      contents: [{ uri: 'ui://tides/dashboard', mimeType, text: html, _meta: { ui } }],
      ttlMs: 60_000,
      cacheScope: 'public',
    })
    expect(await host.listResources()).toMatchObject([
      { uri: 'ui://tides/dashboard', title: 'Tides', mimeType, _meta: { ui } },
      { uri: 'tides://rules' },
    ])
    expect((await host.discover()).capabilities.extensions).toEqual({ [UI]: {} })
  })

  it('tells the model less where the view shows the rest, and everything elsewhere', async () => {
    await using host = await connect(server, { extensions })
    const structuredContent = { place: 'Cuxhaven', high: '7:40' }
    expect(await host.call('tides', { place: 'Cuxhaven' })).toMatchObject({
      content: [{ type: 'text', text: 'The tides of Cuxhaven are on screen.' }],
      structuredContent,
    })
    await using plain = await connect(server)
    expect(await plain.call('tides', { place: 'Cuxhaven' })).toMatchObject({
      content: [{ type: 'text', text: JSON.stringify(structuredContent) }],
      structuredContent,
    })
    expect(await host.call('tides', {})).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('Invalid arguments') }],
    })
  })

  it('keeps its type', async () => {
    await using client = await connect(server)
    expectTypeOf(client.tools.tides).parameter(0).toEqualTypeOf<{ place: string }>()
    expectTypeOf(await client.tools.tides({ place: 'x' })).toEqualTypeOf<{ place: string; high: string }>()
    expect(await client.resources.rules()).toBe('Measure at the pole.')
  })

  it('is hidden from clients without views when it is for the view alone', async () => {
    const names = async (given: object) => (await (await connect(server, given)).listTools()).map(({ name }) => name)
    expect(await names({ extensions })).toEqual(['tides', 'refresh', 'days'])
    expect(await names({})).toEqual(['tides', 'days'])
    expect(await names({ extensions: { [UI]: { mimeTypes: ['text/plain'] } } })).toEqual(['tides', 'days'])
    expect(await names({ extensions: { [UI]: {} } })).toEqual(['tides', 'days'])
  })

  it('makes a list that nobody keeps for others only where lists differ', async () => {
    const scope = async (target: typeof server, given: object) =>
      (await (await connect(target, given)).request('tools/list', {})).cacheScope
    expect([await scope(server, { extensions }), await scope(server, {})]).toEqual(['private', 'private'])
    const same = app.server(apps({ tools: { tides: withView(dashboard, tides) } }))
    expect(await (await connect(same)).request('tools/list', {})).toMatchObject({ cacheScope: 'public' })
  })

  it('leaves the tool as it was', () => {
    expect(tides.definition.meta).toEqual({ 'com.example/x': 1 })
  })
})

describe('a view', () => {
  it('may be made when it is read', async () => {
    let reads = 0
    const made = view({ uri: 'ui://x', html: async () => `<!doctype html>${++reads}`, ttl: 0 })
    await using client = await connect(app.server(apps({ tools: { days: withView(made, days) } })))
    expect(await client.read('ui://x')).toMatchObject({ contents: [{ text: '<!doctype html>1', _meta: {} }], ttlMs: 0 })
  })

  it.each<[string, Partial<ViewDefinition> | object, string]>([
    ['scheme', { uri: 'https://x' }, 'ui:// and a name'],
    ['no name', { uri: 'ui://' }, 'ui:// and a name'],
    ['spaces', { uri: 'ui://a b' }, 'ui:// and a name'],
    ['fragment', { html: '<p>Hello</p>' }, 'no whole document'],
    ['permission', { permissions: ['usb'] }, 'no permission "usb"'],
    ['domain', { domain: 'a b' }, 'is no domain'],
    ['http', { csp: { connectDomains: ['http://example.com'] } }, 'is no origin'],
    ['path', { csp: { resourceDomains: ['https://example.com/x'] } }, 'is no origin'],
    ['injection', { csp: { frameDomains: ["https://a.com; script-src 'unsafe-eval'"] } }, 'is no origin'],
    ['keyword', { csp: { resourceDomains: ["'unsafe-eval'"] } }, 'is no origin'],
    ['everything', { csp: { connectDomains: ['*'] } }, 'is no origin'],
    ['all of https', { csp: { connectDomains: ['https://*'] } }, 'is no origin'],
    ['data', { csp: { baseUriDomains: ['data:'] } }, 'is no origin'],
    ['socket for pictures', { csp: { resourceDomains: ['wss://a.com'] } }, 'is no origin'],
    ['not text', { csp: { resourceDomains: [7] } }, 'is no origin'],
    [
      'too many',
      { csp: { connectDomains: Array.from({ length: 101 }, (_, at) => `https://a${at}.com`) } },
      'at most 100',
    ],
    ['field', { csp: { scriptSrc: ['https://a.com'] } }, 'no field "scriptSrc"'],
  ])('that no host could show is refused when the module loads: %s', (_, wrong, message) => {
    const make = () => view({ uri: 'ui://x', html, ...wrong })
    expect(make).toThrow(DefinitionError)
    expect(make).toThrow(message)
  })

  it('may reach this machine while it is developed', () => {
    expect(() =>
      view({ uri: 'ui://x', html, csp: { connectDomains: ['http://localhost:5173', 'ws://localhost:5173'] } }),
    ).not.toThrow()
  })

  it('has its URI and its name for itself', () => {
    const twin = view({ uri: 'ui://tides/dashboard', html })
    expect(() => apps({ tools: { a: withView(dashboard, days), b: withView(twin, days) } })).toThrow(
      'another view has the same URI',
    )
    expect(() => apps({ tools: { a: withView(dashboard, days) }, resources: { 'tides/dashboard': rules } })).toThrow(
      'has its name',
    )
    expect(() => withView(dashboard, days, { visibility: [] })).toThrow('visible to')
  })
})

describe('a client', () => {
  it('shows views when it says so', () => {
    expect(showsViews({ extensions })).toBe(true)
    for (const wrong of [
      {},
      { extensions: {} },
      { extensions: { [UI]: { mimeTypes: 'text/html;profile=mcp-app' } } },
      { extensions: null as never },
    ]) {
      expect(showsViews(wrong as never)).toBe(false)
    }
  })
})
