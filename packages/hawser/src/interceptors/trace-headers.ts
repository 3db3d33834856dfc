import { context, propagation, type TextMapGetter, type TextMapSetter } from '@opentelemetry/api'

type Send = (request: Request) => Promise<Response>

/**
 * Sends the active context along in HTTP headers: for clients where nothing else does, such as on Workers. What is in the
 * headers already stays, so that an instrumented `fetch` and this one do not both write.
 *
 * @example await using notes = await connect(url, { use: [traceClient()], http: { fetch: writeTraceHeaders() } })
 * @see W3C Trace Context §3, W3C Baggage §3
 */
export function writeTraceHeaders(send: Send = (request) => fetch(request)): Send {
  return (request) => {
    const headers = new Headers(request.headers)
    propagation.inject(context.active(), headers, setter)
    return send(new Request(request, { headers }))
  }
}

/**
 * Makes the context in HTTP headers the active one while a request is answered: for servers where nothing else does, such as on
 * Workers. `traceServer` takes its parent from it where the call itself names none.
 *
 * @example export default { fetch: readTraceHeaders(server.fetch) }
 * @see W3C Trace Context §3, W3C Baggage §3
 */
export function readTraceHeaders<Rest extends readonly unknown[]>(
  answer: (request: Request, ...rest: Rest) => Promise<Response>,
): (request: Request, ...rest: Rest) => Promise<Response> {
  return (request, ...rest) =>
    context.with(propagation.extract(context.active(), request.headers, getter), () => answer(request, ...rest))
}

const setter: TextMapSetter<Headers> = {
  set: (headers, name, value) => {
    if (!headers.has(name)) headers.set(name, value)
  },
}

const getter: TextMapGetter<Headers> = {
  keys: (headers) => [...headers.keys()],
  get: (headers, name) => headers.get(name) ?? undefined,
}
