import { type Log, ProtocolError } from '../../call/index.ts'
import type { SubscriptionFilter } from '../../protocol/index.ts'
import { encodeNotification } from '../../wire/json-rpc.ts'
import type { Listen, Listening } from './listening.ts'
import type { OldClient } from './read-client.ts'
import type { Caller } from './translate-call.ts'

const LISTS = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true } as const

/** What a session hears of unasked: one `subscriptions/listen`, replaced when the client wants more or less. */
export class Subscriptions {
  readonly #listen: Listen
  readonly #log: Log
  readonly #client: OldClient
  #caller: Caller = {}
  readonly #send: (json: string) => void
  readonly #uris: Set<string>
  #current: Listening | undefined
  #turn: Promise<unknown> = Promise.resolve()
  #state: 'new' | 'listening' | 'paused'

  /** @param hasMissed Whether the client has listened before, so that anything may have changed since. */
  constructor(
    listen: Listen,
    log: Log,
    client: OldClient,
    hasMissed: boolean,
    send: (json: string) => void,
    uris: readonly string[] = [],
  ) {
    this.#uris = new Set(uris)
    this.#state = hasMissed ? 'paused' : 'new'
    this.#listen = listen
    this.#log = log
    this.#client = client
    this.#send = send
  }

  get uris(): readonly string[] {
    return [...this.#uris]
  }

  /** Nothing is kept that would be missed. */
  get isBare(): boolean {
    return this.#uris.size === 0
  }

  /** Starts to tell this caller what changes, if it does not yet. It never throws: a client can do without. */
  start(caller: Caller): void {
    this.#caller = caller
    if (this.#state === 'listening') return
    const hasMissed = this.#state === 'paused'
    this.#state = 'listening'
    const tell = (kept: SubscriptionFilter): void => {
      if (hasMissed) this.#tellAll(kept)
    }
    this.#replace().then(tell, (cause: unknown) => {
      this.#log({
        level: 'warn',
        message: 'A client of an earlier revision is not told what changes.',
        cause,
      })
    })
  }

  /** Ends the subscription; what the client wants is kept. */
  pause(): void {
    this.#state = 'paused'
    this.#current?.end()
    this.#current = undefined
  }

  /** @throws ProtocolError when there is no such resource for this caller. (2025-11-25 server/resources#subscriptions) */
  async subscribe(uri: string): Promise<void> {
    if (this.#uris.has(uri)) return
    this.#uris.add(uri)
    try {
      const kept = await this.#replace()
      if (kept.resourceSubscriptions?.includes(uri)) return
    } catch (error) {
      this.#uris.delete(uri)
      throw error
    }
    this.#uris.delete(uri)
    throw new ProtocolError('invalid_params', 'Resource not found', { data: { uri: uri.slice(0, 2048) } })
  }

  async unsubscribe(uri: string): Promise<void> {
    if (this.#uris.delete(uri)) await this.#replace()
  }

  /** One after the other, so that the last wish is the one that holds. */
  #replace(): Promise<SubscriptionFilter> {
    const next = this.#turn.then(() => this.#renew())
    this.#turn = next.catch(() => {})
    return next
  }

  /** The new subscription is acknowledged before the old one ends, so that no change falls between them. */
  async #renew(): Promise<SubscriptionFilter> {
    const uris = [...this.#uris]
    const notifications = { ...LISTS, ...(uris.length > 0 && { resourceSubscriptions: uris }) }
    const next = this.#listen({ client: this.#client, caller: this.#caller, notifications, tell: this.#send })
    const kept = await next.kept
    this.#current?.end()
    this.#current = next
    if (this.#state === 'paused') this.pause()
    return kept
  }

  /** Whatever is kept may have changed while nobody listened. */
  #tellAll(kept: SubscriptionFilter): void {
    for (const kind of ['tools', 'prompts', 'resources'] as const) {
      if (kept[`${kind}ListChanged`] === true) this.#send(encodeNotification(`notifications/${kind}/list_changed`))
    }
    for (const uri of kept.resourceSubscriptions ?? []) {
      this.#send(encodeNotification('notifications/resources/updated', { uri }))
    }
  }
}
