import {
  ENV,
  fromWireError,
  type Handle,
  type Principal,
  type Service,
  toWireError,
  Values,
  type WireError,
  replyText,
} from '../call/index.ts'
import { isObject, type Notification } from '../protocol/index.ts'
import { decodeReply } from './reply.ts'
import { decodeRequest, encodeParams, type Surroundings } from './request.ts'

/** Who a client in the same process is to the server: a `Principal`, or what is to be one. */
interface Identity extends Partial<Omit<Principal, 'subject' | 'scopes'>> {
  readonly subject: string
  /** None when left out. */
  readonly scopes?: Iterable<string>
}

/** What a transport would have told the service. */
export interface LoopbackOptions {
  /** Who is calling. `null` is nobody, as over HTTP without a token; left out, the local user with every scope, as over stdio. */
  readonly as?: Identity | null
  /** What the server's `context` finds as `env`. */
  readonly env?: unknown
}

type Fields = { readonly [name: string]: unknown }

/** A server's end of the way to it within its own process. The server brings it, so that other clients do without. */
export interface Local extends Pick<Service, 'scopes'> {
  /** Answers one request with the JSON of its result, or with its error. `connect(server)` calls it. */
  readonly receive: (
    method: string,
    params: Fields,
    around: Surroundings,
  ) => Promise<{ readonly result: string; readonly error?: undefined } | { readonly error: WireError }>
}

/** Whether a value is a server that can be reached in this process. */
export function isLocal(value: unknown): value is Local {
  return isObject(value) && typeof value['receive'] === 'function'
}

/**
 * Makes the end of a service at which clients of its own process call.
 *
 * @example const { result } = await createReceiver(service)('tools/list', params, around)
 */
export function createReceiver({ handle, log }: Pick<Service, 'handle' | 'log'>): Local['receive'] {
  return async (method, params, around) => {
    try {
      return { result: replyText(await handle(decodeRequest(method, params, around))) }
    } catch (error) {
      const { name } = params
      return { error: toWireError(error, log, { method, ...(typeof name === 'string' && { name }) }).error }
    }
  }
}

/** What is left of a value after a journey as JSON. */
const travel = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

/**
 * Reaches a server in this process. Calls, notifications, replies and errors travel as JSON, so that a server behaves
 * as it does at the end of a wire, and neither side can change what the other holds.
 *
 * Calls reject with ProtocolError when the server refuses, TypeError when their params cannot be JSON.
 *
 * @example const handle = createLoopback(server, { as: { subject: 'ada', scopes: ['notes:read'] } })
 */
export function createLoopback({ receive, scopes }: Local, { as, env }: LoopbackOptions = {}): Handle {
  const principal = as === null ? undefined : toPrincipal(as ?? { subject: 'local', scopes })
  return async (call) => {
    const values = new Values()
    if (env !== undefined) values.set(ENV, env)
    let open = true
    const notify = (notification: Notification): void => {
      if (open) call.notify(travel(notification))
    }
    const around = { principal, values, signal: call.signal, notify }
    const answer = await receive(call.method, travel(encodeParams(call)), around)
    open = false
    if (answer.error !== undefined) throw fromWireError(travel(answer.error))
    return decodeReply(JSON.parse(answer.result) as Fields, call.values)
  }
}

/** A principal stays the object that it is: by that its authenticator knows whose token it came of. */
function toPrincipal(identity: Identity): Principal {
  const { scopes } = identity
  return scopes instanceof Set ? (identity as Principal) : { ...identity, scopes: new Set(scopes) }
}
