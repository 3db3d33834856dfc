import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { metrics } from '@opentelemetry/api'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Call, ConnectionError } from '../call/index.ts'
import { createClient } from '../client/index.ts'
import { connect } from '../connect.ts'
import { createNotes } from './fixtures/notes.ts'
import { readTraceHeaders, traceClient, traceServer, writeTraceHeaders } from './trace.ts'

const exporter = new InMemorySpanExporter()
const metricExporter = new InMemoryMetricExporter(AggregationTemporality.DELTA)
const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 })

/** Made before there is a provider, as when a module loads before the telemetry is started. */
const early = traceServer()

/** What handlers see of the context that they run in. */
const seen: { readonly span: Span | undefined; readonly baggage: string | undefined }[] = []
const { app, parts } = createNotes(() => {
  const baggage = propagation.getActiveBaggage()?.getEntry('tenant')?.value
  seen.push({ span: trace.getActiveSpan(), baggage })
})
const traced = app.server({ ...parts, use: [traceServer()] })

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  )
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }))
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
})
beforeEach(async () => {
  await reader.forceFlush()
  exporter.reset()
  metricExporter.reset()
  seen.length = 0
})
afterAll(async () => {
  await reader.shutdown()
  for (const api of [context, propagation, trace, metrics]) api.disable()
})

const spans = (kind?: SpanKind): readonly ReadableSpan[] =>
  exporter.getFinishedSpans().filter((span) => kind === undefined || span.kind === kind)
const only = (kind: SpanKind): ReadableSpan => {
  const found = spans(kind)
  expect(found).toHaveLength(1)
  return found[0]!
}

/** Every point of a histogram: its attributes and how many were counted. */
const points = async (name: string) => {
  await reader.forceFlush()
  const all = metricExporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
  return all.filter(({ descriptor }) => descriptor.name === name)
}
const attributesOf = async (name: string) =>
  (await points(name)).flatMap(({ dataPoints }) => dataPoints.map((point) => point.attributes))

describe('a traced call', () => {
  it('is a span on either side, one inside the other, and one of the handler inside both', async () => {
    await using client = await connect(traced, { use: [traceClient()] })
    const outer = trace.getTracer('test').startSpan('agent')
    await context.with(trace.setSpan(context.active(), outer), () => client.tools.search({ query: 'tide' }))
    outer.end()
    const [sent, answered] = [only(SpanKind.CLIENT), only(SpanKind.SERVER)]
    expect(sent.name).toBe('tools/call search')
    expect(answered.name).toBe('tools/call search')
    const attributes = {
      'mcp.method.name': 'tools/call',
      'mcp.protocol.version': '2026-07-28',
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'search',
    }
    expect(sent.attributes).toEqual(attributes)
    expect(answered.attributes).toEqual(attributes)
    expect(sent.parentSpanContext?.spanId).toBe(outer.spanContext().spanId)
    expect(answered.parentSpanContext?.spanId).toBe(sent.spanContext().spanId)
    expect(answered.spanContext().traceId).toBe(outer.spanContext().traceId)
    expect(seen[0]?.span?.spanContext().spanId).toBe(answered.spanContext().spanId)
    expect(sent.status.code).toBe(SpanStatusCode.UNSET)
  })

  // basic#meta: the values have the formats of W3C.
  // spec: trace-context
  it('carries its context in _meta, in the formats of W3C, with the baggage', async () => {
    const calls: Call[] = []
    const client = createClient(
      async (call) => {
        calls.push(call)
        return { content: [] }
      },
      { use: [traceClient()] },
    )
    const baggage = propagation.createBaggage({ tenant: { value: 'acme' } })
    await context.with(propagation.setBaggage(context.active(), baggage), () =>
      client.call('search', {}, { meta: { traceparent: 'of nobody', 'com.example/x': 1 } }),
    )
    const { traceId, spanId } = only(SpanKind.CLIENT).spanContext()
    expect(calls[0]?.params._meta).toMatchObject({
      traceparent: `00-${traceId}-${spanId}-01`,
      baggage: 'tenant=acme',
      'com.example/x': 1,
    })
    await using real = await connect(traced, { use: [traceClient()] })
    await context.with(propagation.setBaggage(context.active(), baggage), () => real.tools.search({ query: 'tide' }))
    expect(seen[0]?.baggage).toBe('acme')
  })

  it('of a server belongs to the active span where the caller has none, and is linked to it where it has', async () => {
    const http = trace.getTracer('test').startSpan('POST')
    const inHttp = <T>(run: () => T): T => context.with(trace.setSpan(context.active(), http), run)
    const plain = await connect(traced)
    await inHttp(() => plain.tools.search({ query: 'tide' }))
    expect(only(SpanKind.SERVER).parentSpanContext?.spanId).toBe(http.spanContext().spanId)
    expect(only(SpanKind.SERVER).links).toEqual([])
    exporter.reset()
    const traceparent = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`
    await inHttp(() => plain.tools.search({ query: 'tide' }, { meta: { traceparent } }))
    const span = only(SpanKind.SERVER)
    expect(span.parentSpanContext).toMatchObject({ spanId: 'cd'.repeat(8), isRemote: true })
    expect(span.links.map((link) => link.context.spanId)).toEqual([http.spanContext().spanId])
  })

  it('of a server for strangers begins a trace of its own, linked to theirs, and takes no baggage', async () => {
    const server = app.server({ ...parts, use: [traceServer({ continueCaller: false })] })
    const client = await connect(server)
    const meta = { traceparent: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`, baggage: 'tenant=evil' }
    await client.tools.search({ query: 'tide' }, { meta })
    const span = only(SpanKind.SERVER)
    expect(span.parentSpanContext).toBeUndefined()
    expect(span.spanContext().traceId).not.toBe('ab'.repeat(16))
    expect(span.links.map((link) => link.context.spanId)).toEqual(['cd'.repeat(8)])
    expect(seen[0]?.baggage).toBeUndefined()
  })

  it.each([7, null, {}, 'x', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`, 'y'.repeat(100_000)])(
    'begins anew where the caller says %j',
    async (traceparent) => {
      const client = await connect(traced)
      const meta = { traceparent, tracestate: traceparent, baggage: traceparent } as never
      expect(await client.tools.search({ query: 'tide' }, { meta })).toBe('found tide')
      expect(only(SpanKind.SERVER).parentSpanContext).toBeUndefined()
    },
  )

  it('has a name that is one of few, and tells resources apart by an attribute without secrets', async () => {
    await using client = await connect(traced, { use: [traceClient()] })
    await client.read('notes://7?token=abc')
    await client.prompts.plan()
    await client.listTools()
    expect(spans(SpanKind.CLIENT).map(({ name }) => name)).toEqual(['resources/read', 'prompts/get plan', 'tools/list'])
    expect(spans(SpanKind.SERVER)[0]?.attributes['mcp.resource.uri']).toBe('notes://7?token=(masked)')
    expect(spans(SpanKind.SERVER)[1]?.attributes['gen_ai.prompt.name']).toBe('plan')
  })

  it('has one span for each round of questions', async () => {
    await using client = await connect(traced, {
      use: [traceClient()],
      answers: { elicit: () => ({ action: 'accept' }) },
    })
    await client.tools.wipe()
    expect(spans(SpanKind.CLIENT).map(({ status }) => status.code)).toEqual([
      SpanStatusCode.UNSET,
      SpanStatusCode.UNSET,
    ])
  })

  it('keeps arguments to itself unless it is asked for them, and secrets even then', async () => {
    const loud = app.server({
      ...parts,
      use: [traceServer({ arguments: true, attributes: { 'network.transport': 'tcp' } })],
    })
    await (await connect(loud)).tools.search({ query: 'tide', apiKey: 'k-1' })
    expect(only(SpanKind.SERVER).attributes).toMatchObject({
      'gen_ai.tool.call.arguments': '{"query":"tide","apiKey":"(masked)"}',
      'network.transport': 'tcp',
    })
  })
})

describe('trace context in HTTP headers', () => {
  const over = (server: { readonly fetch: (request: Request) => Promise<Response> }, options: object = {}) => {
    const requests: Request[] = []
    const send = async (request: Request) => {
      requests.push(request)
      return readTraceHeaders(server.fetch)(request)
    }
    return {
      requests,
      connected: connect<typeof traced>('http://localhost/mcp', {
        http: { fetch: writeTraceHeaders(send) },
        ...options,
      }),
    }
  }

  it('is that of the active span, and the parent of a call that names none', async () => {
    const { requests, connected } = over(traced)
    const client = await connected
    const outer = trace.getTracer('test').startSpan('agent')
    await context.with(trace.setSpan(context.active(), outer), () => client.tools.search({ query: 'tide' }))
    const { traceId, spanId } = outer.spanContext()
    expect(requests[0]?.headers.get('traceparent')).toBe(`00-${traceId}-${spanId}-01`)
    expect(only(SpanKind.SERVER).parentSpanContext).toMatchObject({ traceId, spanId, isRemote: true })
  })

  it('and in _meta at once gives one parent and no link', async () => {
    const { connected } = over(traced, { use: [traceClient()] })
    await (await connected).tools.search({ query: 'tide' })
    const span = only(SpanKind.SERVER)
    expect(span.parentSpanContext?.spanId).toBe(only(SpanKind.CLIENT).spanContext().spanId)
    expect(span.links).toEqual([])
  })

  it('that somebody else has written stays', async () => {
    const traceparent = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`
    const sent: Request[] = []
    const send = writeTraceHeaders(async (request) => {
      sent.push(request)
      return new Response()
    })
    const outer = trace.getTracer('test').startSpan('agent')
    await context.with(trace.setSpan(context.active(), outer), () =>
      send(new Request('http://localhost/', { method: 'POST', headers: { traceparent }, body: 'x' })),
    )
    expect(sent[0]?.headers.get('traceparent')).toBe(traceparent)
    expect(await sent[0]?.text()).toBe('x')
  })
})

describe('a traced call that fails', () => {
  it('because the tool says so has the type tool_error and none of its words', async () => {
    await using client = await connect(traced, { use: [traceClient()] })
    await client.call('search', { query: '' })
    for (const span of [only(SpanKind.CLIENT), only(SpanKind.SERVER)]) {
      expect(span.status).toEqual({ code: SpanStatusCode.ERROR })
      expect(span.attributes['error.type']).toBe('tool_error')
    }
  })

  it('because it is refused has the number of the error and its message', async () => {
    await using client = await connect(traced, {
      use: [traceClient()],
      as: null,
      answers: { elicit: () => ({ action: 'accept' }) },
    })
    await client.call('wipe').catch(() => {})
    expect(only(SpanKind.CLIENT)).toMatchObject({
      status: { code: SpanStatusCode.ERROR, message: expect.stringContaining('write') },
      attributes: { 'error.type': '401', 'rpc.response.status_code': '401' },
    })
    expect(only(SpanKind.SERVER).attributes).toMatchObject({ 'error.type': '401' })
  })

  it('by a fault of the server has the fault with its stack there, and a reference only at the client', async () => {
    await using client = await connect(traced, { use: [traceClient()] })
    await client.read('notes://0').catch(() => {})
    const [sent, answered] = [only(SpanKind.CLIENT), only(SpanKind.SERVER)]
    expect(answered.attributes['error.type']).toBe('Error')
    expect(answered.events[0]?.attributes?.['exception.message']).toBe('disk on fire')
    expect(sent.attributes['error.type']).toBe('-32603')
    expect(JSON.stringify([sent.status, sent.events])).not.toContain('fire')
  })

  it('because nobody answers has the code of the connection', async () => {
    const client = createClient(
      async () => {
        throw new ConnectionError('disconnected', 'gone')
      },
      { use: [traceClient()] },
    )
    await client.listTools().catch(() => {})
    expect(only(SpanKind.CLIENT)).toMatchObject({
      status: { code: SpanStatusCode.ERROR, message: 'gone' },
      attributes: { 'error.type': 'disconnected' },
    })
  })
})

describe('measurements', () => {
  it('are histograms of seconds on both sides, with the buckets of the conventions', async () => {
    await using client = await connect(traced, { use: [traceClient()] })
    await client.tools.search({ query: 'tide' })
    await client.tools.search({ query: 'time' })
    await client.call('search', { query: '' })
    for (const name of ['mcp.client.operation.duration', 'mcp.server.operation.duration']) {
      const [histogram] = await points(name)
      expect(histogram?.descriptor).toMatchObject({ unit: 's', type: 'HISTOGRAM' })
      expect(histogram?.dataPoints).toMatchObject([
        {
          attributes: {
            'mcp.method.name': 'tools/call',
            'gen_ai.tool.name': 'search',
            'gen_ai.operation.name': 'execute_tool',
          },
          value: {
            count: 2,
            buckets: { boundaries: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300] },
          },
        },
        { attributes: { 'error.type': 'tool_error' }, value: { count: 1 } },
      ])
    }
  })

  it('do not grow with the names that strangers make up', async () => {
    const client = await connect(traced)
    for (let at = 0; at < 20; at++) {
      await client.call(`made-up-${at}`).catch(() => {})
      await client.request(`made/up${at}` as 'tools/list', {}).catch(() => {})
      await client.read(`notes://${at + 1}`)
    }
    const rows = await attributesOf('mcp.server.operation.duration')
    expect(new Set(rows.map((row) => row['mcp.method.name']))).toEqual(
      new Set(['_OTHER', 'resources/read', 'tools/call']),
    )
    expect(rows).toHaveLength(3)
    expect(new Set(spans(SpanKind.SERVER).map(({ name }) => name))).toContain('tools/call')
    expect(JSON.stringify(spans(SpanKind.SERVER).map(({ name }) => name))).not.toContain('made-up')
  })

  it('are taken by what was made before there was a provider', async () => {
    const server = app.server({ ...parts, use: [early] })
    await (await connect(server)).tools.search({ query: 'tide' })
    expect(await attributesOf('mcp.server.operation.duration')).toHaveLength(1)
    only(SpanKind.SERVER)
  })
})

describe('without a provider', () => {
  it('nothing is sent and nothing is in the way', async () => {
    for (const api of [context, propagation, trace, metrics]) api.disable()
    const calls: Call[] = []
    const client = await connect(
      app.server({
        ...parts,
        use: [
          traceServer(),
          (next) => (call) => {
            calls.push(call)
            return next(call)
          },
        ],
      }),
      { use: [traceClient()] },
    )
    expect(await client.tools.search({ query: 'tide' })).toBe('found tide')
    expect(calls[0]?.params._meta).not.toHaveProperty('traceparent')
    expect(spans()).toEqual([])
  })
})
