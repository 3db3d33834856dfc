import type { ClientLabel } from 'hawser/audit'
import { cleanName } from './sanitize.ts'

/**
 * A client in the words of a report: the host that was proven, the name that an operator gave, or, in quotation marks, what a
 * stranger calls itself.
 *
 * @example nameClient({ clientKind: 'dcr', clientName: 'Editor' }, 'self-1') // '“Editor” (registered itself)'
 */
export function nameClient({ clientKind, clientHost, clientName }: ClientLabel, id: string | undefined): string {
  if (clientKind === 'none') return quote(cleanName(id ?? '–'))
  const name = clientName === undefined ? '' : cleanName(clientName)
  if (clientKind === 'dcr')
    return name === '' ? 'a program that registered itself' : `${quote(name)} (registered itself)`
  if (clientKind === 'cimd' && clientHost !== undefined) return cleanName(clientHost)
  return name === '' ? cleanName(id ?? '–') : name
}

/** Nothing within can close the marks. */
const quote = (name: string): string => `“${name.replace(/["“”„‟«»]/g, "'")}”`
