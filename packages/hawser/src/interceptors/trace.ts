import {
  type Attributes,
  type Context,
  context,
  type Histogram,
  type Link,
  metrics,
  type MeterProvider,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  trace,
} from '@opentelemetry/api'
import { type Call, type Interceptor, isCallOf, type Reply } from '../call/index.ts'
import type { RequestMeta } from '../protocol/index.ts'
import { maskSecrets, maskText } from './mask-secrets.ts'
import { targetOf } from './target.ts'
import { type Failure, failureOf, failureOfReply } from './trace-failure.ts'

export { readTraceHeaders, writeTraceHeaders } from './trace-headers.ts'

/** What may be said about traces. */
export interface TraceOptions {
  /** Added to every span and every measurement, such as `network.transport`, which interceptors cannot see. */
  readonly attributes?: Attributes | undefined
  /** Whether to write down the arguments of tools, masked as `maskSecrets` does; false when left out. */
  readonly arguments?: boolean | undefined
}

/** What may be said about the traces of a server. */
export interface ServerTraceOptions extends TraceOptions {
  /**
   * Whether the trace of a caller is continued, with its decision on sampling and its baggage; true when left out. With false
   * each call begins a trace that is linked to the caller's: right for a server that strangers call.
   */
  readonly continueCaller?: boolean | undefined
}

/**
 * Makes a span and a measurement of each request of a client, as the semantic conventions of OpenTelemetry for MCP say, and
 * sends the context along in `_meta`. Each round of a call that is asked something is a request of its own. Without a
 * provider nothing is made and nothing is sent.
 *
 * @example
 * await using notes = await connect(url, { use: [traceClient({ attributes: { 'server.address': 'notes.example.com' } })] })
 * @see basic#meta, SEP-414; OpenTelemetry semantic conventions, gen-ai/mcp
 */
export function traceClient(options: TraceOptions = {}): Interceptor {
  const measure = createMeasure('mcp.client.operation.duration', 'Time from sending an MCP request to its answer.')
  return (next) => (call) => {
    const parent = context.active()
    const span = startSpan(call, SpanKind.CLIENT, options, parent, [])
    const inside = trace.setSpan(parent, span)
    const carrier: Record<string, unknown> = {}
    propagation.inject(inside, carrier)
    const params = { ...call.params, _meta: { ...call.params._meta, ...carrier } }
    return follow({ ...call, params }, { next, span, inside, measure, options })
  }
}

/**
 * Makes a span and a measurement of each request that a server answers, as the semantic conventions of OpenTelemetry for MCP
 * say. Its parent is the span that the caller named in `_meta`, or else the one that is active, such as that of the HTTP
 * request; with both, the active one is linked.
 *
 * @example const server = notes.server({ tools: { search }, use: [traceServer()] })
 * @see basic#meta, SEP-414; OpenTelemetry semantic conventions, gen-ai/mcp
 */
export function traceServer(options: ServerTraceOptions = {}): Interceptor {
  const { continueCaller = true } = options
  const measure = createMeasure('mcp.server.operation.duration', 'Time from receiving an MCP request to its answer.')
  return (next) => (call) => {
    const active = context.active()
    const extracted = propagation.extract(active, call.params._meta ?? {}, metaGetter)
    const [ambient, remote] = [trace.getSpanContext(active), trace.getSpanContext(extracted)]
    // The transport may have brought the same one.
    const hasCaller = remote !== undefined && remote.spanId !== ambient?.spanId
    const parent = continueCaller ? extracted : active
    const linked = continueCaller ? ambient : remote
    const links: Link[] = hasCaller && linked !== undefined ? [{ context: linked }] : []
    const span = startSpan(call, SpanKind.SERVER, options, parent, links)
    return follow(call, { next, span, inside: trace.setSpan(parent, span), measure, options })
  }
}

/** Longest value that is taken from a caller. (W3C Baggage §3.3.2) */
const MAX_VALUE = 8192

/** Reads what strangers wrote: own members only, and only texts. */
const metaGetter: TextMapGetter<RequestMeta> = {
  keys: (meta) => Object.keys(meta),
  get: (meta, key) => {
    const value = Object.hasOwn(meta, key) ? meta[key] : undefined
    return typeof value === 'string' && value.length <= MAX_VALUE ? value : undefined
  },
}

const SCOPE = 'hawser'

/** Characters of a name that strangers choose. */
const MAX_NAME = 128

function startSpan(call: Call, kind: SpanKind, options: TraceOptions, parent: Context, links: Link[]): Span {
  const { method, params } = call
  const attributes: Attributes = { ...options.attributes, ...describe(call) }
  const named = targetOf(call)
  if (named !== undefined && 'uri' in params) attributes['mcp.resource.uri'] = maskText(named)
  if (options.arguments === true && isCallOf(call, 'tools/call')) {
    attributes['gen_ai.tool.call.arguments'] = JSON.stringify(maskSecrets(call.params.arguments ?? {}))
  }
  const target = named !== undefined && 'name' in params ? ` ${named.slice(0, MAX_NAME)}` : ''
  return trace.getTracer(SCOPE).startSpan(`${method.slice(0, MAX_NAME)}${target}`, { kind, attributes, links }, parent)
}

/** What spans and measurements have in common. */
function describe(call: Call): Attributes {
  const attributes: Attributes = {
    'mcp.method.name': call.method.slice(0, MAX_NAME),
    'mcp.protocol.version': call.protocolVersion,
  }
  if (isCallOf(call, 'tools/call')) {
    attributes['gen_ai.operation.name'] = 'execute_tool'
    attributes['gen_ai.tool.name'] = call.params.name.slice(0, MAX_NAME)
  }
  if (isCallOf(call, 'prompts/get')) attributes['gen_ai.prompt.name'] = call.params.name.slice(0, MAX_NAME)
  return attributes
}

interface Following {
  readonly next: (call: Call) => Promise<Reply>
  readonly span: Span
  readonly inside: Context
  readonly measure: (seconds: number, attributes: Attributes, inside: Context) => void
  readonly options: TraceOptions
}

async function follow(call: Call, { next, span, inside, measure, options }: Following): Promise<Reply> {
  const startedAt = performance.now()
  const end = (failure: Failure | undefined): void => {
    const attributes = { ...options.attributes, ...describe(call), ...failure?.attributes }
    if (failure !== undefined) {
      span.setAttributes(failure.attributes)
      span.setStatus({ code: SpanStatusCode.ERROR, message: failure.message })
      if (failure.exception !== undefined) span.recordException(failure.exception)
    }
    if (failure?.isUnknown === true) {
      // Strangers can make up names without end, and each would be a row of its own for ever.
      span.updateName(call.method.slice(0, MAX_NAME))
      delete attributes['gen_ai.tool.name']
      delete attributes['gen_ai.prompt.name']
    }
    if (failure?.isUnknownMethod === true) attributes['mcp.method.name'] = '_OTHER'
    measure((performance.now() - startedAt) / 1000, attributes, inside)
    span.end()
  }
  try {
    const reply = await context.with(inside, () => next(call))
    end(failureOfReply(reply))
    return reply
  } catch (error) {
    end(failureOf(error))
    throw error
  }
}

/** Upper bounds of the buckets, in seconds, as the conventions want them. */
const BUCKETS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300]

/** The provider may be set after this module was loaded, and what was made before stays without effect. */
function createMeasure(name: string, description: string): Following['measure'] {
  let made: { readonly provider: MeterProvider; readonly histogram: Histogram } | undefined
  return (seconds, attributes, inside) => {
    const provider = metrics.getMeterProvider()
    if (made?.provider !== provider) {
      const advice = { explicitBucketBoundaries: BUCKETS }
      made = { provider, histogram: provider.getMeter(SCOPE).createHistogram(name, { description, unit: 's', advice }) }
    }
    made.histogram.record(seconds, attributes, inside)
  }
}
