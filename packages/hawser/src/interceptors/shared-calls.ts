import { type Call, createLinkedController, type Handle, type Reply, untilAborted } from '../call/index.ts'

/** Requests under way that others may wait for as well. */
export interface SharedCalls {
  /** Sends a call under a key. */
  readonly lead: (key: string, call: Call) => Promise<Reply>
  /** Waits for the request that is under way under a key, if there is one. */
  readonly follow: (key: string, call: Call) => Promise<Reply> | undefined
  /** Lets nobody else join what was sent until now. */
  readonly close: () => void
}

interface Flight {
  readonly waiting: Set<Call>
  readonly controller: AbortController
  readonly reply: Promise<Reply>
}

/**
 * Lets calls share a request. It goes on as long as one of them waits, and each leaves by its own signal; notifications
 * reach all that wait.
 */
export function createSharedCalls(next: Handle): SharedCalls {
  const flights = new Map<string, Flight>()

  const wait = async (key: string, flight: Flight, call: Call): Promise<Reply> => {
    flight.waiting.add(call)
    try {
      return await untilAborted(call.signal, flight.reply)
    } finally {
      flight.waiting.delete(call)
      if (flight.waiting.size === 0) {
        if (flights.get(key) === flight) flights.delete(key)
        // Whoever left last takes the request along; after its end this does nothing.
        flight.controller.abort(call.signal.reason)
      }
    }
  }

  return {
    lead: (key, call) => {
      const waiting = new Set<Call>()
      const { controller } = createLinkedController([])
      const notify: Call['notify'] = (notification) => {
        for (const each of waiting) each.notify(notification)
      }
      const reply = next({ ...call, signal: controller.signal, notify })
      // When all have left nobody hears of its end.
      reply.catch(() => {})
      const flight = { waiting, controller, reply }
      flights.set(key, flight)
      return wait(key, flight, call)
    },
    follow: (key, call) => {
      const flight = flights.get(key)
      return flight && wait(key, flight, call)
    },
    close: () => flights.clear(),
  }
}
