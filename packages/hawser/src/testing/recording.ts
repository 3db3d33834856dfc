import {
  AuthorizationError,
  ConnectionError,
  type Interceptor,
  type Log,
  logToStderr,
  ProtocolError,
  ToolError,
} from '../call/index.ts'
import { isObject } from '../protocol/index.ts'
import { type CallEvent, observeCalls } from './observe-calls.ts'
import { createRedact, type RedactOptions } from './redact.ts'
import { TRACE_VERSION, type TracedError, type TraceHeader, type TraceLine } from './trace-format.ts'

/** What is recorded, and how much of it. */
export interface RecordingOptions extends RedactOptions {
  /** What is recorded, for whoever reads the file. */
  readonly title?: string | undefined
  /** Keeps `requestState` as it is. Without it a number stands for each, which is the same for the same state. */
  readonly states?: boolean | undefined
  /** Told when the trace cannot be written any more; stderr when left out. */
  readonly log?: Log | undefined
  /** Most UTF-16 units of the whole trace; 64 Mi when left out. */
  readonly maxSize?: number | undefined
  /** Most UTF-16 units of one event; 4 Mi when left out. */
  readonly maxEventSize?: number | undefined
}

/** A trace that is being written. */
export interface Recording {
  /** Put it into `use` of a client or of a server. */
  readonly interceptor: Interceptor
  /** Sends requests as `fetch` does, or as `send` does, and notes status and headers: `http: { fetch: recording.fetch }`. */
  readonly fetch: (request: Request, send?: (request: Request) => Promise<Response>) => Promise<Response>
  /** Notes a fact that belongs to no call. */
  readonly note: (fact: { readonly [name: string]: unknown }) => void
  /** Writes the last line. What happens later is not recorded. */
  readonly end: () => void
}

/** Room for the last line, in UTF-16 units. */
const RESERVE = 64

/** States that are told apart; beyond it the first are forgotten, and get a new number when they come again. */
const MAX_STATES = 256

/**
 * Records what passes between a client and a server, line by line, while it happens. Secrets are taken out before a line is
 * written: values of keys that sound like passwords, tokens or keys, what looks like one wherever it stands, and whatever
 * `secrets` names. Look at a trace before you give it away all the same: what people wrote is still in it.
 *
 * @param write Takes one line with its line break. `openTrace` of `hawser/node` writes to a file.
 * @example
 * const recording = createRecording((line) => lines.push(line))
 * await using notes = await connect(server, { use: [recording.interceptor] })
 */
export function createRecording(write: (line: string) => void, options: RecordingOptions = {}): Recording {
  const {
    title,
    states = false,
    log = logToStderr,
    maxSize = 64 * 1024 * 1024,
    maxEventSize = 4 * 1024 * 1024,
  } = options
  const redact = createRedact(options)
  const label = createLabels()
  const start = performance.now()
  const now = (): number => Math.round((performance.now() - start) * 1000) / 1000
  let size = 0
  let isOver = false

  const put = (text: string): void => {
    size += text.length + 1
    write(`${text}\n`)
  }
  const add = (line: TraceLine): void => {
    if (isOver) return
    try {
      const text = encode(line)
      if (size + text.length + RESERVE > maxSize) finish('full')
      else put(text)
    } catch (cause) {
      // A full disk is no reason for the calls to fail.
      isOver = true
      log({ level: 'error', message: 'The recording ends here, since it cannot be written.', cause })
    }
  }
  const encode = (line: TraceLine): string => {
    const text = tryEncode(states ? redact(line) : label(redact(line)))
    if (!('id' in line) || (text !== undefined && text.length <= maxEventSize))
      return text ?? JSON.stringify({ at: line.at })
    const omitted = (['call', 'notify', 'reply', 'error'] as const).find((kind) => kind in line)
    const method = 'call' in line ? { call: { method: line.call.method, params: {} } } : {}
    return JSON.stringify({ at: line.at, id: line.id, omitted, size: text?.length, ...method })
  }
  const finish = (end: 'closed' | 'full'): void => {
    if (isOver) return
    isOver = true
    put(JSON.stringify({ at: now(), end }))
  }

  const header: TraceHeader = { hawser: 'trace', version: TRACE_VERSION, time: new Date().toISOString(), title }
  put(JSON.stringify(redact(header)))

  return {
    interceptor: observeCalls((event) => add(toLine(event, now()))),
    fetch: async (request, send = (given) => fetch(given)) => {
      const { method, url } = request
      const headers = Object.fromEntries(request.headers)
      const response = await send(request)
      const received = Object.fromEntries(response.headers)
      add({ at: now(), note: { http: { method, url, headers, status: response.status, received } } })
      return response
    },
    note: (fact) => add({ at: now(), note: fact }),
    end: () => finish('closed'),
  }
}

/** Nothing for what JSON cannot carry, such as a cycle. */
function tryEncode(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

function toLine(event: CallEvent, at: number): TraceLine {
  const { id } = event
  switch (event.kind) {
    case 'call': {
      const { method, params, protocolVersion, clientInfo, clientCapabilities } = event.call
      return { at, id, call: { method, params: { ...params }, protocolVersion, clientInfo, clientCapabilities } }
    }
    case 'notify': {
      const { method, params } = event.notification
      return { at, id, notify: { method, params: params && { ...params } } }
    }
    case 'reply':
      return { at, id, reply: { ...event.reply } }
    case 'error':
      return { at, id, error: describe(event.error), ...(event.isAborted && { aborted: true }) }
  }
}

function describe(error: unknown): TracedError {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof ProtocolError) {
    const { code, number, data } = error
    return { type: 'ProtocolError', code, number, message, data }
  }
  if (error instanceof AuthorizationError)
    return { type: 'AuthorizationError', code: error.code, message, scopes: error.scopes }
  if (error instanceof ConnectionError) return { type: 'ConnectionError', code: error.code, message }
  return { type: error instanceof ToolError ? 'ToolError' : 'Error', message }
}

/** What stands for a state: no digest, since a state may be short enough to be guessed, and the same in every run. */
const LABEL = /^\(state \d+\)$/

export function createLabels(): (value: unknown) => unknown {
  const numbers = new Map<string, string>()
  let last = 0
  const labelOf = (state: string): string => {
    if (LABEL.test(state)) return state
    const known = numbers.get(state)
    if (known !== undefined) return known
    const [oldest] = numbers.keys()
    if (numbers.size >= MAX_STATES && oldest !== undefined) numbers.delete(oldest)
    const label = `(state ${++last})`
    numbers.set(state, label)
    return label
  }
  const walk = (value: unknown): unknown => {
    if (!isObject(value)) return value
    const { requestState } = value
    return typeof requestState === 'string' ? { ...value, requestState: labelOf(requestState) } : value
  }
  return (line) => {
    if (!isObject(line)) return line
    const { call, reply } = line
    if (isObject(call)) return { ...line, call: { ...call, params: walk(call['params']) } }
    return reply === undefined ? line : { ...line, reply: walk(reply) }
  }
}
