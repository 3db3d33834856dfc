import { type ServesSuite, SUITE } from '../call/index.ts'

/**
 * The servers of a suite, to connect to them in a test.
 *
 * @example
 * const { orders } = serversOf(app)
 * await using client = await connect(orders, { as: { subject: 'ada', scopes: ['orders:read'] } })
 */
export function serversOf<S>(suite: ServesSuite<S>): S {
  return suite[SUITE].servers
}
