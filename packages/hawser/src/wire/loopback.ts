import { ENV, fromWireError, type Handle, type Principal, type Service, toWireError, Values } from '../call/index.ts'
import { isObject, type Notification } from '../protocol/index.ts'
import { decodeReply, encodeReply } from './reply.ts'
import { decodeRequest, encodeParams } from './request.ts'

/** Who a client in the same process is to the server. */
interface Identity {
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

/** Whether a value is a server that can be reached in this process. */
export function isService(value: unknown): value is Service {
  return isObject(value) && typeof value['handle'] === 'function' && typeof value['headerFields'] === 'function'
}

/** What is left of a value after a journey as JSON. */
const travel = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

/**
 * Reaches a service in this process. Calls, notifications, replies and errors travel as JSON, so that a server behaves
 * as it does at the end of a wire, and neither side can change what the other holds.
 *
 * Calls reject with ProtocolError when the service refuses, TypeError when their params cannot be JSON.
 *
 * @example const handle = createLoopback(server, { as: { subject: 'ada', scopes: ['notes:read'] } })
 */
export function createLoopback(service: Service, { as, env }: LoopbackOptions = {}): Handle {
  const principal = identify(service, as)
  return async (call) => {
    const params = travel(encodeParams(call))
    const values = new Values()
    if (env !== undefined) values.set(ENV, env)
    let open = true
    const notify = (notification: Notification): void => {
      if (open) call.notify(travel(notification))
    }
    let text: string
    try {
      const request = decodeRequest(call.method, params, { principal, values, signal: call.signal, notify })
      text = encodeReply(await service.handle(request))
    } catch (error) {
      const { name } = params
      const place = { method: call.method, ...(typeof name === 'string' && { name }) }
      throw fromWireError(travel(toWireError(error, service.log, place).error))
    } finally {
      open = false
    }
    return decodeReply(JSON.parse(text))
  }
}

function identify(service: Service, as: Identity | null | undefined): Principal | undefined {
  if (as === null) return undefined
  if (as === undefined) return { subject: 'local', scopes: new Set(service.scopes) }
  return { subject: as.subject, scopes: new Set(as.scopes) }
}
