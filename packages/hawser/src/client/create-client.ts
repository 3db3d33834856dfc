import {
  type Agreed,
  closedError,
  Closing,
  type Handle,
  intercept,
  type Interceptor,
  type Link,
} from '../call/index.ts'
import { type Extensions, type Implementation, isObject, META, PROTOCOL_VERSION } from '../protocol/index.ts'
import { agreeVersion } from './agree-version.ts'
import { answerInput } from './answer-input.ts'
import { type Answers, declareCapabilities } from './answers.ts'
import type { Client } from './client-types.ts'
import { deadline, readLimits } from './deadline.ts'
import { createFindResource } from './find-resource.ts'
import { listen } from './listen.ts'
import { createNamedCalls } from './named-calls.ts'
import { listAll, type ListMethod } from './pages.ts'
import { toBody, toOutput, toStrings } from './plain-results.ts'
import { type CallOptions, createRequest } from './request.ts'

/** How a client is made. What is said about calls here holds for each of them unless the call says otherwise. */
export interface ClientOptions extends CallOptions {
  /** Who the client says it is. */
  readonly clientInfo?: Implementation | undefined
  /** Answers what servers ask in the middle of a call. */
  readonly answers?: Answers | undefined
  /** Around every request, so around each round of a call that is asked something; the first is the outermost. */
  readonly use?: readonly Interceptor[] | undefined
  /** Extensions that this client speaks, with their settings. */
  readonly extensions?: Extensions | undefined
  /** Rounds of questions that one call may take; 16 when left out. */
  readonly maxRounds?: number | undefined
  /** Pages that one list may have; 1000 when left out. */
  readonly maxPages?: number | undefined
}

/** Shown to servers that ask who calls, unless the client says who it is. */
const CLIENT_INFO: Implementation = Object.freeze({ name: 'hawser', version: '0.1.0' })

/**
 * Makes a client of whatever answers calls. Nothing is sent until something is asked of it.
 *
 * @throws TypeError when `way` is neither a handle nor a link; RangeError when a time is not more than 0.
 * @example
 * const client = createClient<typeof server>(server.handle)
 * const { hits } = await client.tools.search({ query: 'tide tables' })
 */
export function createClient<S = unknown>(way: Handle | Link, options: ClientOptions = {}): Client<S> {
  const { answers = {}, use = [], maxRounds = 16, maxPages = 1000, clientInfo = CLIENT_INFO } = options
  const limits = readLimits(options)
  const closing = new Closing()
  const handle = readHandle(way)
  const request = createRequest(intercept(handle, [answerInput(answers, maxRounds), ...use, deadline, agreeVersion]), {
    clientInfo,
    clientCapabilities: declareCapabilities(answers, options.extensions),
    defaults: options,
    closed: closing,
  })
  const findUri = createFindResource(request, maxPages)

  let closed: Promise<void> | undefined
  const close = (): Promise<void> => {
    closing.abort(closedError())
    return (closed ??= (async () => {
      if (typeof way !== 'function') await way[Symbol.asyncDispose]()
    })())
  }
  const call: Client['call'] = (name, args = {}, given) => request('tools/call', { name, arguments: args }, given)
  const read: Client['read'] = (uri, given) => request('resources/read', { uri }, given)
  const prompt: Client['prompt'] = (name, args = {}, given) => request('prompts/get', { name, arguments: args }, given)
  const list =
    <M extends ListMethod>(method: M) =>
    (given?: CallOptions) =>
      listAll(request, method, maxPages, given)

  const client: Client = {
    tools: createNamedCalls(async (name, input, given) => toOutput(await call(name, input, given))) as Client['tools'],
    resources: createNamedCalls(async (name, variables, given) => {
      const uri = await findUri(name, toStrings(variables), given)
      return toBody(await read(uri, given), uri)
    }) as Client['resources'],
    prompts: createNamedCalls(
      async (name, args, given) => (await prompt(name, toStrings(args), given)).messages,
    ) as Client['prompts'],
    call,
    read,
    prompt,
    listTools: list('tools/list'),
    listResources: list('resources/list'),
    listResourceTemplates: list('resources/templates/list'),
    listPrompts: list('prompts/list'),
    complete: async (ref, argument, context, given) => {
      const params = { ref, argument, ...(context && { context: { arguments: context } }) }
      return (await request('completion/complete', params, given)).completion
    },
    discover: (given) => request('server/discover', {}, given),
    agreed: async (given) => {
      const { capabilities, _meta } = await request('server/discover', {}, given)
      const { protocolVersion = PROTOCOL_VERSION, transport } = readAgreed(way)
      return { protocolVersion, transport, capabilities, serverInfo: _meta?.[META.serverInfo] }
    },
    listen: async (filter, { signal, timeout = limits.timeout, onChange, reconnect } = {}) =>
      listen(request, filter, { timeout, onChange, reconnect }, [closing, options.signal, signal]),
    request,
    close,
    [Symbol.asyncDispose]: close,
  }
  return client
}

/** Nobody else knows how messages travel. */
const readAgreed = (way: Handle | Link): Partial<Agreed> => (typeof way === 'function' ? {} : (way.agreed?.() ?? {}))

/** @throws TypeError saying what would be right. */
export function readHandle(way: unknown): Handle {
  const fields = isObject(way) ? way : { handle: way }
  const { handle, server, default: exported } = fields
  if (typeof handle === 'function') return handle as Handle
  const hint =
    way instanceof Promise
      ? ' Await it first.'
      : exported !== undefined
        ? ' This is a module: pass its default export.'
        : typeof server === 'function'
          ? ' Make a server of it first: .server({ tools: { … } }).'
          : ''
  const got = isObject(way)
    ? `an object with ${Object.keys(way).slice(0, 8).join(', ') || 'no properties'}`
    : typeof way
  throw new TypeError(`Expected a server, a URL, a link or a handle, got ${got}.${hint}`)
}
