import { cleanName } from './sanitize.ts'

const BY: ReadonlySet<string> = new Set(['person', 'client', 'operator'])

/**
 * Who took a permission back, or what ended it.
 *
 * @example describeRevoked('person') // 'revoked by the person'
 */
export function describeRevoked(reason: string | undefined): string {
  if (reason === undefined) return 'revoked'
  return BY.has(reason) ? `revoked by the ${reason}` : `revoked: ${cleanName(reason)}`
}
