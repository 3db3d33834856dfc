import { badReply, type Call, type Interceptor, listTools, type Reply, toolsOf } from '../call/index.ts'
import type { ToolListing } from '../protocol/index.ts'
import { fingerprint, type Fingerprints } from './fingerprint.ts'
import { createSharedCalls } from './shared-calls.ts'

/** In what way the tools of a server are not those that were expected. Names are the server's own words. */
export interface ToolDrift {
  /** Defined in another way. */
  readonly changed: readonly string[]
  /** Not expected. */
  readonly appeared: readonly string[]
  /** Expected and not there. */
  readonly vanished: readonly string[]
}

/**
 * The tools of a server are not those that were expected; `drift` says which.
 *
 * @example if (error instanceof ToolDriftError) console.error(error.drift.changed)
 */
export class ToolDriftError extends Error {
  override readonly name = 'ToolDriftError'
  readonly drift: ToolDrift

  constructor(drift: ToolDrift) {
    super(
      `The tools of this server are not those that were expected.${say('Changed', drift.changed)}${say('Appeared', drift.appeared)}${say('Vanished', drift.vanished)}`,
    )
    this.drift = drift
  }
}

/** What may be said about the check. */
export interface ExpectToolsOptions {
  /** Decides what a drift means: the call goes on when this returns, and fails with what it throws. A ToolDriftError when left out. */
  readonly onDrift?: ((drift: ToolDrift) => void) | undefined
}

/**
 * Checks, before the first call is sent, that the server still defines its tools as it did when their fingerprints were
 * taken, and checks again when it says that they changed and whenever they are listed. Until they are as expected, no call is
 * sent but `server/discover`.
 *
 * @param expected Fingerprints by tool, or their JSON: the `fingerprints` of a module that `hawser types` wrote.
 * @example
 * import * as github from './github.ts' // hawser types https://example.com/mcp > github.ts
 * const client = await connect<typeof github>(url, { use: [expectTools(github.fingerprints)] })
 * @throws SyntaxError when the JSON is none. Calls reject with ToolDriftError.
 */
export function expectTools(expected: Fingerprints | string, options: ExpectToolsOptions = {}): Interceptor {
  const { onDrift = refuse } = options
  const known = new Map(
    Object.entries(typeof expected === 'string' ? (JSON.parse(expected) as Fingerprints) : expected),
  )

  return (next) => {
    /** Grows when the tools may have changed. */
    let age = 0
    let checkedAt = -1

    const check = async (call: Call): Promise<Reply> => {
      const found = new Map<string, string>()
      for await (const page of listTools(next, call)) {
        // Nothing but the fingerprint is kept, however much a stranger lists.
        for (const tool of page) await note(found, tool)
        if (found.size > MAX_TOOLS) throw badReply(`The server lists more than ${MAX_TOOLS} tools.`)
      }
      settle(compare(known, found), onDrift)
      return {}
    }
    const checks = createSharedCalls(check)

    const ensureChecked = async (call: Call): Promise<void> => {
      const startedAt = age
      if (checkedAt === startedAt) return
      await (checks.follow('', call) ?? checks.lead('', call))
      checkedAt = startedAt
    }

    const outdate = (): void => {
      age++
      checks.close()
    }

    return async (call) => {
      if (call.method === 'server/discover') return next(call)
      await ensureChecked(call)
      if (call.method === 'subscriptions/listen') return next(watch(call, outdate))
      const reply = await next(call)
      if (call.method === 'tools/list') settle(await compareReply(known, reply), onDrift)
      return reply
    }
  }
}

/** Tools of one server. */
const MAX_TOOLS = 100_000

/** A call that tells when the tools have changed, or may have while nobody listened. */
function watch(call: Call, onChange: () => void): Call {
  return {
    ...call,
    notify: (notification) => {
      const { method } = notification
      const isAgreed = method === 'notifications/subscriptions/acknowledged'
      if (isAgreed || method === 'notifications/tools/list_changed') onChange()
      call.notify(notification)
    },
  }
}

/** Of two tools with one name, nobody knows which is called: they match nothing unless they are the same. */
async function note(found: Map<string, string>, tool: ToolListing): Promise<void> {
  const [before, now] = [found.get(tool.name), await fingerprint(tool)]
  found.set(tool.name, before === undefined || before === now ? now : 'two')
}

/** One page says nothing about tools that are not on it. */
async function compareReply(known: ReadonlyMap<string, string>, reply: Reply): Promise<ToolDrift> {
  const found = new Map<string, string>()
  for (const tool of toolsOf(reply) ?? []) await note(found, tool)
  return { ...compare(known, found), vanished: [] }
}

function compare(known: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>): ToolDrift {
  const names = [...found.keys()]
  return {
    changed: names.filter((name) => known.has(name) && known.get(name) !== found.get(name)),
    appeared: names.filter((name) => !known.has(name)),
    vanished: [...known.keys()].filter((name) => !found.has(name)),
  }
}

function settle(drift: ToolDrift, onDrift: (drift: ToolDrift) => void): void {
  if (Object.values(drift).some(({ length }) => length > 0)) onDrift(drift)
}

function refuse(drift: ToolDrift): never {
  throw new ToolDriftError(drift)
}

/** Names that an error shows of each kind. */
const MAX_NAMES = 10

function say(what: string, names: readonly string[]): string {
  if (names.length === 0) return ''
  const shown = names.slice(0, MAX_NAMES).map((name) => JSON.stringify(name.slice(0, 128)))
  return ` ${what}: ${shown.join(', ')}${names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : ''}.`
}
