import { type Handle, logToStderr, ProtocolError, type Service } from '../call/index.ts'
import { META, PROTOCOL_VERSION, type ServerCapabilities } from '../protocol/index.ts'
import type { Trace } from './parse-trace.ts'
import { replay, ReplayError, type ReplayOptions } from './replay.ts'

/** What a method that was recorded shows of the server. */
const SHOWS: ReadonlyMap<string, keyof ServerCapabilities> = new Map([
  ['tools/list', 'tools'],
  ['tools/call', 'tools'],
  ['resources/list', 'resources'],
  ['resources/templates/list', 'resources'],
  ['resources/read', 'resources'],
  ['prompts/list', 'prompts'],
  ['prompts/get', 'prompts'],
  ['completion/complete', 'completions'],
])

/**
 * Makes a server of a trace, for any transport. A call that was not recorded is refused with what differs. If nobody asked the
 * recorded server what it can, it is said what the trace shows.
 *
 * @throws TypeError when it is no trace.
 * @example
 * serveStdio(createReplayService(await readFile('bug.jsonl', 'utf8')))
 */
export function createReplayService(trace: string | Trace, options: ReplayOptions = {}): Service {
  const { log = logToStderr } = options
  const recorded = replay(trace, options)
  return {
    handle: answerAll(recorded.handle, recorded.trace),
    log,
    scopes: [],
    headerFields: () => [],
    close: async () => {},
  }
}

function answerAll(handle: Handle, { calls, header }: Trace): Handle {
  const isDiscovered = calls.some(({ method }) => method === 'server/discover')
  const shown = calls.flatMap(({ method }) => SHOWS.get(method) ?? [])
  const discovered = {
    supportedVersions: [PROTOCOL_VERSION],
    capabilities: Object.fromEntries(shown.map((feature) => [feature, {}])),
    ttlMs: 0,
    cacheScope: 'private',
    _meta: { [META.serverInfo]: { name: 'replay', version: header.time } },
  } as const
  return async (call) => {
    if (call.method === 'server/discover' && !isDiscovered) return discovered
    try {
      return await handle(call)
    } catch (error) {
      if (error instanceof ReplayError) throw new ProtocolError('internal_error', error.message)
      throw error
    }
  }
}
