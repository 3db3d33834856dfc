import type { Nonces } from '../../server/index.ts'
import { hash } from '../hash.ts'
import { openObjects } from '../objects.ts'
import { unavailable } from '../unavailable.ts'
import type { NoncesMethods } from './nonces-role.ts'

/** Where it is noted what has been used. */
export interface DurableNoncesOptions {
  /** The binding of `HawserObject`. */
  readonly binding: string
}

/** Objects among which values are spread. It never changes: what was used has to be found. */
const SHARDS = 16

/**
 * `Nonces` for all instances of a Worker: what one of them has used is of no use to any.
 *
 * @throws TypeError when there is no such binding, with the lines that make one. Its calls reject with ProtocolError `unavailable` when
 *   nobody can tell whether a value was used.
 * @example
 * const notes = mcp({ name: 'notes', version: '1.0.0', keys: createKeyRing([env.SEAL_KEY]), nonces: durableNonces({ binding: 'HAWSER' }) })
 * @see basic/patterns/mrtr#security-considerations
 */
export function durableNonces({ binding }: DurableNoncesOptions): Nonces {
  const objects = openObjects<NoncesMethods>(binding, 'nonces', 'durableNonces')
  return {
    use: async (value, until) => {
      try {
        return await objects.call(`${hash(value) % SHARDS}`, 'use', value, until)
      } catch (cause) {
        throw unavailable('Whether this was used before cannot be found out now. Try again later.', cause)
      }
    },
  }
}
