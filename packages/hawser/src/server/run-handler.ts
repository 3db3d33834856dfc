import {
  type Call,
  callerId,
  ENV,
  HANDLER_LIMITS,
  type Principal,
  ProtocolError,
  goingOf,
  ToolError,
} from '../call/index.ts'
import type { Implementation, InputRequired, InputResponses, RequestMeta } from '../protocol/index.ts'
import { pickBindings } from './bindings.ts'
import { CallContext, type ContextFrame, type HandlerContext } from './context.ts'
import type { Anything, Sync } from './definitions.ts'
import { Interview } from './interview.ts'
import type { KeyRing } from './key-ring.ts'
import type { Nonces } from './nonces.ts'
import { type Binding, EMPTY_MEMORY, type Memory, openState, sealState, uselessState } from './request-state.ts'
import { andThen, isThenable } from './and-then.ts'

/** What a server's `context` factory may look at. */
export interface ContextRequest {
  readonly principal: Principal | undefined
  /** Worker bindings, or whatever the transport was given. */
  readonly env: Anything
  readonly clientInfo: Implementation | undefined
  readonly meta: RequestMeta
}

/** What handlers run in: the same for every call of a server. */
export interface HandlerFrame extends ContextFrame {
  /** The name of the server. */
  readonly server: string
  readonly context: ((request: ContextRequest) => Sync<object>) | undefined
  readonly keys: KeyRing
  readonly nonces: Nonces
  /** Milliseconds that a question stays answerable. */
  readonly askExpiry: number
  /** Milliseconds that a handler may take unless its definition says otherwise. */
  readonly timeout: number
}

/** The longest wait that timers know: 2³¹ − 1 ms. Beyond it they fire at once. */
const FOREVER = 2_147_483_647

/** How long a suspended handler may go on, in milliseconds. */
const WIND_DOWN = 1_000

const SUSPENDED = Symbol('suspended')

type Retry = Call & { readonly params: { readonly inputResponses?: InputResponses; readonly requestState?: string } }

/** `checkWanted` throws when the caller left or the time is up, so that what was given up does not start after all. */
export type Work<T> = (
  context: HandlerContext & Anything,
  interview: () => Interview,
  checkWanted: () => void,
) => Sync<T>

/** The value of a handler that came to its end, or its questions. */
export type Outcome<T> = { readonly value: T } | InputRequired

/** What a handler is run for. */
interface Item extends Pick<Binding, 'name' | 'arguments'> {
  /** What it does must not be done twice, so that each round of answers counts once. */
  readonly isSingleUse?: boolean
  /** What its handler is given of that which the runtime hands to a request. */
  readonly bindings?: readonly string[] | undefined
}

/**
 * Runs a handler to its end, to its next question, or to its deadline. A handler that does not wait is answered at once.
 *
 * @throws ToolError when the time is up; whatever the handler throws.
 */
export function runHandler<T>(
  frame: HandlerFrame,
  call: Retry,
  item: Item,
  timeout: number | undefined,
  work: Work<T>,
): Sync<Outcome<T>> {
  const { requestState } = call.params
  if (requestState === undefined) return runRound(frame, call, item, timeout, work, EMPTY_MEMORY)
  return resume(frame, call, item, requestState).then((memory) => runRound(frame, call, item, timeout, work, memory))
}

async function resume(frame: HandlerFrame, call: Call, item: Item, requestState: string): Promise<Memory> {
  const opened = await openState(requestState, bindingOf(frame, call, item), frame.keys, Date.now())
  if (item.isSingleUse !== true) return opened
  const { nonce, expiresAt } = opened
  if (!(await frame.nonces.use(nonce, expiresAt))) throw uselessState()
  return opened
}

function bindingOf(frame: HandlerFrame, call: Call, item: Item): Binding {
  return { ...item, server: frame.server, caller: callerId(call.principal), method: call.method }
}

/** One run of a handler, from its start. */
function runRound<T>(
  frame: HandlerFrame,
  call: Retry,
  item: Item,
  timeout: number | undefined,
  work: Work<T>,
  memory: Memory,
): Sync<Outcome<T>> {
  const given = rememberFor(call, item.arguments)
  let interview: Interview | undefined
  let onSuspend = (_stuck: boolean): void => {}
  const open = (): Interview =>
    (interview ??= new Interview(call, memory, call.params.inputResponses ?? {}, (stuck) => onSuspend(stuck)))
  const context = new CallContext(call, frame, item.name, open)
  const { bindings } = item
  if (bindings !== undefined) addOwn(context, { bindings: pickBindings(item.name, bindings, call.values.get(ENV)) })
  let expired: ToolError | undefined
  const checkWanted = (): void => {
    if (expired !== undefined) throw expired
    goingOf(call).throwIfAborted()
  }
  const begin = (): Sync<T> => {
    checkWanted()
    return work(context, open, checkWanted)
  }
  const { context: supply } = frame
  const running = supply === undefined ? begin() : supplyThen(supply(describe(call)), context, begin)
  if (!isThenable(running)) return { value: running }
  const limits = call.values.get(HANDLER_LIMITS) ?? frame
  const limit = Math.min(timeout ?? limits.timeout, FOREVER)
  const ended = new Promise<T | typeof SUSPENDED>((resolve, reject) => {
    let timer = setTimeout(() => {
      expired = new ToolError(`"${item.name}" did not finish within ${limit / 1000} s and was stopped.`)
      context.stop(expired)
      const why = interview?.stuck
      if (why !== undefined) frame.log({ level: 'warn', message: why, method: call.method, name: item.name })
      reject(expired)
    }, limit)
    onSuspend = (stuck) => {
      clearTimeout(timer)
      timer = setTimeout(resolve, stuck ? 0 : WIND_DOWN, SUSPENDED)
    }
    const end = (): boolean => {
      clearTimeout(timer)
      onSuspend = () => {}
      return interview?.suspended === true
    }
    Promise.resolve(running).then(
      (value) => resolve(end() ? SUSPENDED : value),
      (error: unknown) => (end() ? resolve(SUSPENDED) : reject(error as Error)),
    )
  })
  return ended.then(async (value): Promise<Outcome<T>> => {
    if (value !== SUSPENDED || interview === undefined) return { value: value as T }
    const { questions, memory: remembered } = interview.outcome
    const binding = { ...bindingOf(frame, call, item), arguments: JSON.parse(given) as unknown }
    // JSON has no Infinity.
    const expiresAt = Math.min(Date.now() + limits.askExpiry, Number.MAX_SAFE_INTEGER)
    const requestState = await sealState(remembered, binding, frame.keys, expiresAt)
    return { resultType: 'input_required', inputRequests: questions, requestState }
  })
}

/**
 * As `runHandler`, for items whose answer has no place for a message to the model: what `fail()` says goes to the peer.
 *
 * @throws ProtocolError `internal_error` with the handler's own sentence.
 */
export async function runForPeer<T>(...given: Parameters<typeof runHandler<T>>): Promise<Outcome<T>> {
  try {
    return await runHandler(...given)
  } catch (error) {
    throw error instanceof ToolError ? new ProtocolError('internal_error', error.message) : error
  }
}

/** As above, where a question has no way back to the person: only tools, reads and prompts may ask. (basic/patterns/mrtr#supported-requests) */
export async function runWithoutAsking<T>(...given: Parameters<typeof runHandler<T>>): Promise<T> {
  const outcome = await runForPeer(...given)
  if ('resultType' in outcome) throw new Error(`"${given[2].name}" asked a question where only an answer can be given.`)
  return outcome.value
}

/**
 * A handler may change its arguments in place, but the retry brings them as they were. No question goes to a client without
 * capabilities.
 */
function rememberFor({ clientCapabilities }: Call, given: unknown): string {
  return Object.keys(clientCapabilities).length === 0 ? 'null' : JSON.stringify(given)
}

function supplyThen<T>(supplied: Sync<object>, context: CallContext, work: () => Sync<T>): Sync<T> {
  return andThen(supplied, (values) => {
    addOwn(context, values)
    return work()
  })
}

function describe(call: Call): ContextRequest {
  return {
    principal: call.principal,
    env: call.values.get(ENV),
    clientInfo: call.clientInfo,
    meta: call.params._meta ?? {},
  }
}

function addOwn(context: CallContext, values: object): void {
  for (const [name, value] of Object.entries(values)) {
    if (name in context) throw new Error(`\`context\` supplies "${name}", which every handler has already. Rename it.`)
    Object.defineProperty(context, name, { value, enumerable: true })
  }
}
