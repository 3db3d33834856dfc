import { openObjects } from '../objects.ts'
import { type CreateHandler, registerEndpoint } from './hosted-endpoints.ts'

/** Where sessions are held. */
export interface DurableSessionsOptions {
  /** The binding of `HawserObject`. */
  readonly binding: string
  /** Milliseconds without a request or an open stream after which a session ends, and a minute more; half an hour when left out. */
  readonly idleMs?: number | undefined
  /** Milliseconds that a client whose stream broke off is asked to wait before it comes back; 1000 when left out. */
  readonly retryMs?: number | undefined
  /** Milliseconds after which the connection of a stream is closed although its call goes on; never when left out. */
  readonly connectionMs?: number | undefined
}

/** Sessions of a Worker, each in a place of its own. */
export interface WorkerSessions {
  /** Has an endpoint answered in these places, too. */
  readonly register: (path: string, create: CreateHandler) => void
  /** Answers what belongs to a session; for the rest, the request to go on with. */
  readonly answer: (path: string, request: Request) => Promise<Response | Request>
}

/** Where a request belongs: to a session, or anywhere, with the request to go on with. */
export type Route = (
  request: Request,
) => Promise<{ readonly session: string } | { readonly opens: boolean; readonly request: Request }>

/** Ids as they are given out. */
const ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

/** Makes `durableSessions()` for clients whose requests are told apart by `route`. */
export const createDurableSessions =
  (route: Route) =>
  ({ binding, ...options }: DurableSessionsOptions): WorkerSessions => {
    const { idleMs = Infinity } = options
    if (!(idleMs > 0)) throw new RangeError(`idleMs must be more than 0; it is ${idleMs}.`)
    const objects = openObjects(binding, 'session', 'durableSessions')
    return {
      register: (path, create) => registerEndpoint(path, { create, options }),
      answer: async (path, request) => {
        const found = await route(request)
        if ('session' in found)
          return ID.test(found.session) ? objects.forward(`${path}#${found.session}`, request) : request
        // 122 random bits, which nobody guesses.
        return found.opens ? objects.forward(`${path}#${crypto.randomUUID()}`, found.request) : found.request
      },
    }
  }
