import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js'

/** Remembers every event, so that a stream can be taken up where it broke off. */
export function createEventStore(): EventStore {
  const events: { readonly streamId: string; readonly message: Parameters<EventStore['storeEvent']>[1] }[] = []
  return {
    storeEvent: async (streamId, message) => `${events.push({ streamId, message }) - 1}`,
    replayEventsAfter: async (lastEventId, { send }) => {
      const last = Number(lastEventId)
      const streamId = events[last]?.streamId ?? ''
      for (const [index, event] of events.entries()) {
        // A priming event holds no message.
        const isMessage = 'jsonrpc' in event.message
        if (index > last && event.streamId === streamId && isMessage) await send(`${index}`, event.message)
      }
      return streamId
    },
  }
}
