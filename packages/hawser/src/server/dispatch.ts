import { type Call, goingOf, isReceived, ProtocolError, type Reply } from '../call/index.ts'
import { type Method, PROTOCOL_VERSION } from '../protocol/index.ts'
import type { Sync } from './definitions.ts'

/** The handler of each method that a server offers. */
export type Handlers = { readonly [M in Method]?: (call: Call<M>) => Sync<Reply<M>> }

/** Gives each call to the handler of its method. Throws where nothing is waited for, and rejects elsewhere. */
export function createDispatcher(handlers: Handlers): (call: Call) => Sync<Reply> {
  const byMethod = new Map(Object.entries(handlers)) as ReadonlyMap<string, (call: Call) => Sync<Reply>>
  return (call) => {
    const handler = byMethod.get(call.method)
    if (handler === undefined) {
      throw new ProtocolError(
        'method_not_found',
        `This server does not offer the method ${call.method.slice(0, 64)}. It speaks ${PROTOCOL_VERSION}.`,
      )
    }
    try {
      const reply = handler(call)
      return reply instanceof Promise ? reply.catch((error: unknown) => judge(error, call)) : reply
    } catch (error) {
      return judge(error, call)
    }
  }
}

function judge(error: unknown, call: Call): never {
  // Nobody reads the answer to an abandoned call, and that its work stopped is no fault to report.
  const isFault = error instanceof ProtocolError || !goingOf(call).aborted
  if (!isFault) throw new ProtocolError('internal_error', 'The call was cancelled.')
  // What another server told a handler is no answer of this one: its numbers, scopes and data stay here.
  throw isReceived(error) ? new Error('A server that the handler called refused.', { cause: error }) : error
}
