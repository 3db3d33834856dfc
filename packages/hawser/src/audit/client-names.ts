import type { AuditClient, AuditEvent } from './event.ts'

/** A program as those knew it who let it in. */
export interface ClientLabel {
  /** `none`: nobody proved which program it is. `dcr`: it registered itself, and chose its name. `pre` also where no issuer tells. */
  readonly clientKind: AuditClient['kind']
  /** Of a client whose id is the URL of its document: the host, which was proven. */
  readonly clientHost?: string | undefined
  /** As an issuer told it. A stranger chose it unless the kind is `pre`. */
  readonly clientName?: string | undefined
}

/** Names of clients by their ids, from what issuers told in the same log. */
export interface ClientNames {
  /** Takes the name out of a record of an issuer, about a client that somebody let in. */
  readonly note: (event: AuditEvent) => void
  /** What is known of the client of any record; a name that only the caller said is none. */
  readonly find: (client: Pick<AuditClient, 'id' | 'kind' | 'host'>) => ClientLabel
}

const MAX_NAME = 60
/** What cannot be seen, reorders text, moves a cursor, or is half a character. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/gu

/**
 * A name that strangers choose, as it is kept: visible characters, 60 UTF-16 units at most.
 *
 * @example cleanClientName('Edi\u202Etor') // 'Editor'
 */
export function cleanClientName(text: string): string | undefined {
  const seen = text
    .slice(0, MAX_NAME * 8)
    .replace(INVISIBLE, '')
    .replace(/\s+/g, ' ')
    .trim()
  const clean = seen.slice(0, MAX_NAME).replace(INVISIBLE, '')
  return clean === '' ? undefined : clean
}

/**
 * Joins the calls of a log with the names that its issuer told. Whoever registers at an issuer that lets anybody register can fill
 * a log with names, so only those count that come with a person or service.
 *
 * @param most Ids that are remembered.
 * @example
 * const names = createClientNames()
 * for (const event of events) names.note(event)
 * names.find(events[0].client) // { clientKind: 'dcr', clientName: 'Editor' }
 */
export function createClientNames(most = 10_000): ClientNames {
  const known = new Map<string, ClientLabel>()
  return {
    note: ({ op, who, client: { id, kind, host, name } }) => {
      if (op?.kind !== 'auth' || who.sub === undefined || id === undefined) return
      // An issuer that does not say how it knows a client says nothing of it.
      if (name === undefined && kind === 'pre') return
      if (known.size >= most && !known.has(id)) return
      const clientName = name === undefined ? undefined : cleanClientName(name)
      known.set(id, { clientKind: kind, clientHost: kind === 'cimd' ? host : undefined, clientName })
    },
    find: ({ id, kind, host }) => {
      if (id === undefined) return { clientKind: 'none' }
      return known.get(id) ?? { clientKind: kind, clientHost: kind === 'cimd' ? host : undefined }
    },
  }
}
