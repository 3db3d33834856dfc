/**
 * Under which a Worker has the server that it serves, for tests and commands that load its file.
 *
 * It is a symbol, since other Workers that are bound to this one can call by RPC whatever has a name, past the endpoint and past who
 * guards it.
 *
 * @see https://developers.cloudflare.com/workers/runtime-apis/rpc/visibility/
 */
export const SERVED: unique symbol = Symbol.for('hawser.served')

/** What serves a server, such as the default export of a Worker. */
export interface Serves<S> {
  readonly [SERVED]: S
}
