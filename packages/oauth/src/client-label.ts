import type { Client } from './client.ts'
import { displayName } from './consent/display-text.ts'
import type { OAuthEvent } from './events.ts'

/** What people are told of a client: how it is known, and its name, empty when it has none to show. */
export type ClientLabel = Pick<Client, 'kind' | 'name'>

/** In the words of an audit log. */
const KINDS = { registered: 'pre', document: 'cimd', dynamic: 'dcr' } as const

/** A name that the operator gave stays as it is; what a client says of itself loses what could mislead. */
export const labelOf = ({ kind, name }: ClientLabel): ClientLabel => ({
  kind,
  name: kind === 'registered' ? name : (displayName(name) ?? ''),
})

/**
 * What an event says of a client.
 *
 * @example tellClient('self-1', { kind: 'dynamic', name: 'Editor' }) // { clientId: 'self-1', clientName: 'Editor', clientKind: 'dcr' }
 */
export const tellClient = (
  clientId: string,
  label: ClientLabel | undefined,
): Pick<OAuthEvent, 'clientId' | 'clientName' | 'clientKind'> => ({
  clientId,
  ...(label && { clientName: label.name || undefined, clientKind: KINDS[label.kind] }),
})
