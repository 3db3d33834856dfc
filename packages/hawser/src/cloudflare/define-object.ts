import { workers } from '#workers'
import { migrate } from './migrate.ts'
import type { Role, RunningRole } from './role.ts'
import type { ObjectState, RuntimeSocket } from './runtime.ts'

/** Milliseconds between two alarms at least, so that a role which is never done does not spin. */
const LEAST_PAUSE = 1_000

/** What the runtime, and the adapters of this package, call an object by. */
export interface PlayedObject {
  /** Tells the types of the runtime that this is a class of Durable Objects. */
  readonly __DURABLE_OBJECT_BRAND: never
  /** Calls a method of the role. For the adapters of this package, which say which methods there are. */
  invoke(method: string, args: readonly unknown[]): Promise<unknown>
  fetch(request: Request): Promise<Response>
  alarm(): Promise<void>
  webSocketMessage(socket: RuntimeSocket, message: unknown): void
  webSocketClose(socket: RuntimeSocket): void
  webSocketError(socket: RuntimeSocket): void
}

/** Makes a class of Durable Objects. Each plays the role that its name begins with: `changes:lists` plays `changes`. */
export function defineObject(roles: ReadonlyMap<string, Role>): new (state: ObjectState, env: unknown) => PlayedObject {
  return class extends workers.DurableObject implements PlayedObject {
    declare readonly __DURABLE_OBJECT_BRAND: never
    readonly #state: ObjectState
    readonly #env: unknown
    #role: RunningRole | undefined
    /** When the next alarm is set for: `null` for never, nothing when it is not known. */
    #alarmAt: number | null | undefined

    constructor(state: ObjectState, env: unknown) {
      super(state, env)
      this.#state = state
      this.#env = env
    }

    async invoke(method: string, args: readonly unknown[]): Promise<unknown> {
      const role = this.#play()
      const { methods = {} } = role
      const run = Object.hasOwn(methods, method) ? methods[method] : undefined
      if (run === undefined) throw new Error(`An object called "${this.#state.id.name}" has no method "${method}".`)
      const result = await run(...(args as never[]))
      await this.#schedule(role)
      return result
    }

    async fetch(request: Request): Promise<Response> {
      const role = this.#play()
      const response = await role.fetch?.(request)
      await this.#schedule(role)
      return response ?? new Response(null, { status: 404 })
    }

    async alarm(): Promise<void> {
      this.#alarmAt = null
      const role = this.#play()
      await role.wake?.(Date.now())
      await this.#schedule(role)
    }

    webSocketMessage(socket: RuntimeSocket, message: unknown): void {
      if (typeof message === 'string') this.#play().onMessage?.(socket, message)
    }

    webSocketClose(socket: RuntimeSocket): void {
      this.#play().onClose?.(socket)
    }

    webSocketError(socket: RuntimeSocket): void {
      this.#play().onClose?.(socket)
    }

    #play(): RunningRole {
      if (this.#role !== undefined) return this.#role
      const { name = '' } = this.#state.id
      const role = roles.get(name.split(':', 1)[0] ?? '')
      if (role === undefined)
        throw new Error(`An object of this class is opened by a name such as "changes:lists"; this one is "${name}".`)
      migrate(this.#state.storage, role.schema)
      this.#role = role.start(this.#state, this.#env)
      return this.#role
    }

    /** An alarm that comes too early does no harm, so it is only ever moved forward: each move is a row written. */
    async #schedule({ nextWake }: RunningRole): Promise<void> {
      const next = nextWake?.()
      if (next === undefined) return
      const { storage } = this.#state
      if (this.#alarmAt === undefined) {
        const known = await storage.getAlarm()
        this.#alarmAt ??= known
      }
      const at = Math.max(next, Date.now() + LEAST_PAUSE)
      if (typeof this.#alarmAt === 'number' && this.#alarmAt <= at) return
      this.#alarmAt = at
      try {
        await storage.setAlarm(at)
      } catch {
        // What was asked for is done. Whoever asks next sets the alarm that could not be set now.
        this.#alarmAt = undefined
      }
    }
  }
}
