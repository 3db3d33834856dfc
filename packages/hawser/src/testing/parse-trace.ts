import { isObject, type Method } from '../protocol/index.ts'
import type { TraceEntry } from './record-trace.ts'
import { TRACE_VERSION, type TracedError, type TraceHeader } from './trace-format.ts'

type Fields = { readonly [name: string]: unknown }

/** One recorded call with all that came of it; times are milliseconds since the beginning of the trace. */
export interface TracedCall extends TraceEntry {
  readonly at: number
  readonly notifications: readonly { readonly at: number; readonly method: string; readonly params: Fields }[]
  readonly error?: TracedError
  /** When the reply or the error came. */
  readonly endedAt?: number
  /** The caller left before there was an answer. */
  readonly isAborted: boolean
  /** A part was too large to be kept. */
  readonly isOmitted: boolean
}

/** A trace that was read. */
export interface Trace {
  readonly header: TraceHeader
  /** In the order of sending. */
  readonly calls: readonly TracedCall[]
  /** Facts about the transport, in their order. */
  readonly notes: readonly { readonly at: number; readonly note: Fields }[]
  /** What is wrong with the file, but not so wrong that it cannot be used. */
  readonly warnings: readonly string[]
}

type Draft = { -readonly [K in keyof TracedCall]: TracedCall[K] } & {
  notifications: { at: number; method: string; params: Fields }[]
}

/**
 * Reads a trace file. A last line that is cut off is ignored with a warning: the process that wrote it crashed.
 *
 * @throws TypeError saying which line is wrong and what was expected.
 * @example
 * const { calls } = parseTrace(await readFile('bug.jsonl', 'utf8'))
 * expect(calls.map(({ method, reply }) => [method, reply])).toMatchSnapshot()
 */
export function parseTrace(text: string): Trace {
  const lines = text.split('\n')
  const isCut = lines.at(-1) !== ''
  if (!isCut) lines.pop()
  const warnings: string[] = []
  const objects: { readonly number: number; readonly fields: Fields }[] = []
  for (const [index, line] of lines.entries()) {
    const fields = readLine(line)
    if (fields !== undefined) objects.push({ number: index + 1, fields })
    else if (index > 0 && isCut && index === lines.length - 1) {
      warnings.push(`Line ${index + 1} is cut off and was ignored: whatever wrote the trace ended in the middle of it.`)
    } else throw new TypeError(`Line ${index + 1} of the trace is not a JSON object: ${line.slice(0, 80)}`)
  }
  const [first, ...events] = objects
  const header = readHeader(first?.fields)
  const open = new Map<unknown, Draft>()
  const calls: Draft[] = []
  const notes: { at: number; note: Fields }[] = []
  let isEnded = false
  for (const { number, fields } of events) {
    const { at, id, call, notify, reply, error, omitted, note, end } = fields
    if (typeof at !== 'number') throw new TypeError(`Line ${number} of the trace has no time "at".`)
    if (end === 'full') warnings.push('The trace had reached its size and ends early.')
    if (end !== undefined) isEnded = true
    if (isObject(note)) notes.push({ at, note })
    if (isObject(call)) {
      const { method, params } = call
      if (typeof method !== 'string' || !isObject(params))
        throw new TypeError(`Line ${number} of the trace holds a call without method and params.`)
      // Methods of extensions are recorded like any other.
      const draft: Draft = {
        method: method as Method,
        params,
        at,
        notifications: [],
        isAborted: false,
        isOmitted: false,
      }
      open.set(id, draft)
      calls.push(draft)
      continue
    }
    const draft = open.get(id)
    if (draft === undefined) continue
    if (omitted !== undefined) draft.isOmitted = true
    if (isObject(notify) && typeof notify['method'] === 'string') {
      draft.notifications.push({
        at,
        method: notify['method'],
        params: isObject(notify['params']) ? notify['params'] : {},
      })
    }
    if (isObject(reply)) Object.assign(draft, { reply, endedAt: at })
    if (isObject(error))
      Object.assign(draft, { error: readError(error), endedAt: at, isAborted: fields['aborted'] === true })
  }
  if (!isEnded) warnings.push('The trace was not closed: calls that were under way have no answer in it.')
  return { header, calls, notes, warnings }
}

function readLine(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function readHeader(fields: Fields | undefined): TraceHeader {
  const { hawser, version, time, title } = fields ?? {}
  if (hawser !== 'trace') throw new TypeError('This is no trace: its first line is not {"hawser":"trace",…}.')
  if (version !== TRACE_VERSION) {
    throw new TypeError(`This trace has version ${JSON.stringify(version)}; version ${TRACE_VERSION} can be read.`)
  }
  return { hawser, version, time: String(time), ...(typeof title === 'string' && { title }) }
}

const TYPES: ReadonlySet<unknown> = new Set(['ProtocolError', 'AuthorizationError', 'ConnectionError', 'ToolError'])

function readError({ type, code, number, message, data, scopes }: Fields): TracedError {
  return {
    type: TYPES.has(type) ? (type as TracedError['type']) : 'Error',
    message: String(message),
    ...(typeof code === 'string' && { code }),
    ...(typeof number === 'number' && { number }),
    ...(data !== undefined && { data }),
    ...(Array.isArray(scopes) && { scopes: scopes.filter((scope) => typeof scope === 'string') }),
  }
}
