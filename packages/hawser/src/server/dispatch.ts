import { type Call, type Handle, isReceived, ProtocolError, type Reply } from '../call/index.ts'
import { type Method, PROTOCOL_VERSION } from '../protocol/index.ts'

/** The handler of each method that a server offers. */
export type Handlers = { readonly [M in Method]?: (call: Call<M>) => Reply<M> | Promise<Reply<M>> }

/** Gives each call to the handler of its method. */
export function createDispatcher(handlers: Handlers): Handle {
  const byMethod = new Map(Object.entries(handlers)) as ReadonlyMap<string, (call: Call) => Reply | Promise<Reply>>
  return async (call) => {
    const handler = byMethod.get(call.method)
    if (handler === undefined) {
      throw new ProtocolError(
        'method_not_found',
        `This server does not offer the method ${call.method.slice(0, 64)}. It speaks ${PROTOCOL_VERSION}.`,
      )
    }
    try {
      return await handler(call)
    } catch (error) {
      // Nobody reads the answer to an abandoned call, and that its work stopped is no fault to report.
      const isFault = error instanceof ProtocolError || !call.signal.aborted
      if (!isFault) throw new ProtocolError('internal_error', 'The call was cancelled.')
      // What another server told a handler is no answer of this one: its numbers, scopes and data stay here.
      throw isReceived(error) ? new Error('A server that the handler called refused.', { cause: error }) : error
    }
  }
}
