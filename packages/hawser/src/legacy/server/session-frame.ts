import type { Log, Service } from '../../call/index.ts'
import type { EventQueueOptions } from '../../http/event-queue.ts'
import type { EventStore, HttpFallbackOptions, SessionKeeper, SessionOptions } from '../../http/index.ts'
import type { Shared, Terms } from './conversation.ts'
import { createMemoryEvents } from './memory-events.ts'

/** Most requests of one client that run at once. */
export const MAX_CALLS = 1024

/** What all sessions of one endpoint share. */
export interface SessionFrame {
  readonly service: Service
  readonly log: Log
  readonly terms: Terms
  readonly max: number
  readonly idleMs: number
  readonly retryMs: number
  readonly connectionMs: number | undefined
  readonly events: EventStore
  readonly queueOptions: EventQueueOptions
  readonly createId: () => string
  readonly keeper: SessionKeeper | undefined
}

export function createSessionFrame(
  service: Service,
  {
    max = 10_000,
    idleMs = 30 * 60_000,
    retryMs = 1000,
    connectionMs,
    events = createMemoryEvents(),
    // 122 random bits, which nobody guesses.
    createId = () => crypto.randomUUID(),
    keeper,
  }: SessionOptions,
  { maxEvents, maxLength, keepAliveMs }: HttpFallbackOptions,
  shared: Shared,
): SessionFrame {
  const queueOptions = { maxEvents, maxLength, keepAliveMs }
  const terms = { isHeld: true, maxCalls: MAX_CALLS, ...shared }
  const { log } = service
  return { service, log, terms, max, idleMs, retryMs, connectionMs, events, queueOptions, createId, keeper }
}
