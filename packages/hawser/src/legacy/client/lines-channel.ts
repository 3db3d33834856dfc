import type { Link, TakenLines } from '../../call/index.ts'
import type { Channel, Inbox } from './channel.ts'

/** A connection whose messages can be given back. */
export interface LinesChannel extends Channel {
  readonly giveBack: TakenLines['giveBack']
}

/** Speaks over the lines of a link, such as the standard streams of a child process. */
export function openLines(takeLines: NonNullable<Link['takeLines']>, inbox: Inbox): LinesChannel {
  const lines = takeLines({
    receive: (line) => inbox.receive(line),
    lose: inbox.lose,
    end: inbox.end,
  })
  return {
    transport: 'stdio',
    nextId: lines.nextId,
    request: async (_, json) => {
      lines.send(json)
      return true
    },
    send: async (json) => lines.send(json),
    agree: () => {},
    listen: async () => true,
    stopListening: () => {},
    hold: lines.hold,
    giveBack: lines.giveBack,
    // The connection belongs to the link.
    close: async () => {},
  }
}
