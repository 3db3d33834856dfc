import type { Sql } from '../../call/index.ts'
import type { ToolListing } from '../../protocol/index.ts'
import type { ServerStatus } from './types.ts'

/** What was found out about a server. */
export interface Standing {
  readonly state: ServerStatus['state']
  readonly reason?: string | undefined
  /** Milliseconds since 1970 until which it need not be asked again. */
  readonly freshUntil: number
  /** As they were listed last, where they may be used. */
  readonly tools?: readonly ToolListing[] | undefined
}

export const SERVERS_VERSION = `
  CREATE TABLE servers (
    place TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    reason TEXT,
    fresh_until INTEGER NOT NULL,
    tools TEXT,
    wanted TEXT NOT NULL DEFAULT '[]'
  ) STRICT;
  CREATE TABLE added (name TEXT PRIMARY KEY, url TEXT NOT NULL) STRICT;
`

/** How servers stand, and which of them the owner added. A place is a server by its name and its address. */
export function openServers({ all }: Sql) {
  return {
    /** How long what is known holds, in milliseconds since 1970, and whether tools are kept meanwhile. */
    age: (place: string): { readonly freshUntil: number; readonly hasTools: boolean } => {
      const [row] = all('SELECT fresh_until, tools IS NOT NULL AS has_tools FROM servers WHERE place = ?', place)
      return { freshUntil: Number(row?.['fresh_until'] ?? 0), hasTools: row?.['has_tools'] === 1 }
    },
    read: (place: string): Standing | undefined => {
      const [row] = all('SELECT * FROM servers WHERE place = ?', place)
      if (row === undefined) return undefined
      const { state, reason, tools } = row
      return {
        // What was written here is read.
        state: state as Standing['state'],
        reason: typeof reason === 'string' ? reason : undefined,
        freshUntil: Number(row['fresh_until']),
        tools: typeof tools === 'string' ? (JSON.parse(tools) as readonly ToolListing[]) : undefined,
      }
    },
    write: (place: string, { state, reason, freshUntil, tools }: Standing): void => {
      all(
        `INSERT INTO servers (place, state, reason, fresh_until, tools) VALUES (?, ?, ?, ?, ?) ON CONFLICT (place) DO UPDATE
         SET state = excluded.state, reason = excluded.reason, fresh_until = excluded.fresh_until, tools = excluded.tools`,
        place,
        state,
        reason ?? null,
        Math.ceil(freshUntil),
        tools === undefined ? null : JSON.stringify(tools),
      )
    },
    /** Has a server asked again at the next occasion, and remembers the permissions that were missing. */
    doubt: (place: string, wanted: readonly string[]) =>
      void all(
        `INSERT INTO servers (place, state, fresh_until, wanted) VALUES (?, 'failed', 0, ?) ON CONFLICT (place) DO UPDATE
         SET fresh_until = 0, wanted = excluded.wanted`,
        place,
        JSON.stringify(wanted),
      ),
    /** Has a server that does not answer left alone until then. */
    postpone: (place: string, until: number) =>
      void all(
        `INSERT INTO servers (place, state, fresh_until) VALUES (?, 'failed', ?) ON CONFLICT (place) DO UPDATE
         SET fresh_until = excluded.fresh_until`,
        place,
        until,
      ),
    wanted: (place: string): readonly string[] => {
      const [row] = all('SELECT wanted FROM servers WHERE place = ?', place)
      return row === undefined ? [] : (JSON.parse(String(row['wanted'])) as readonly string[])
    },
    forget: (place: string) => void all('DELETE FROM servers WHERE place = ?', place),
    added: (): ReadonlyMap<string, string> =>
      new Map(all('SELECT name, url FROM added').map(({ name, url }) => [String(name), String(url)])),
    add: (name: string, url: string) => void all('INSERT INTO added VALUES (?, ?)', name, url),
    remove: (name: string) => void all('DELETE FROM added WHERE name = ?', name),
  }
}

export type ServersTable = ReturnType<typeof openServers>
