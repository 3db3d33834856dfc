import type { Sql } from '../../call/index.ts'
import type { Sealer } from '../../vault/seal.ts'

/** A visit of an issuer's page that has not come back yet. */
export interface KeptVisit {
  /** From the first half of signing in, to the second. */
  readonly visit: string
  readonly returnTo: string
  readonly session: string | undefined
}

/** Milliseconds that a person has to sign in, and how many visits of one owner are kept: the oldest are forgotten. */
const PATIENCE = 10 * 60_000
const MAX_VISITS = 20

export const VISITS_VERSION = `
  CREATE TABLE visits (state TEXT PRIMARY KEY, place TEXT NOT NULL, sealed TEXT NOT NULL, expires_at INTEGER NOT NULL) STRICT;
  CREATE INDEX visits_by_time ON visits (expires_at);
`

/** Visits by the state that comes back with the browser. */
export function openVisits({ all }: Sql, sealer: Sealer, owner: string) {
  return {
    keep: async (state: string, place: string, visit: KeptVisit): Promise<void> => {
      const sealed = await sealer.seal(JSON.stringify(visit), owner, `visit ${state}`)
      all('INSERT INTO visits VALUES (?, ?, ?, ?)', state, place, sealed, Date.now() + PATIENCE)
      all(
        'DELETE FROM visits WHERE rowid <= (SELECT rowid FROM visits ORDER BY rowid DESC LIMIT 1 OFFSET ?)',
        MAX_VISITS,
      )
    },
    /** Hands a visit out once, whatever comes of it. */
    take: async (state: string): Promise<(KeptVisit & { readonly place: string }) | undefined> => {
      const [row] = all(
        'DELETE FROM visits WHERE state = ? AND expires_at > ? RETURNING place, sealed',
        state,
        Date.now(),
      )
      const text = row && (await sealer.open(String(row['sealed']), owner, `visit ${state}`))
      // What opens was sealed here.
      return text === undefined ? undefined : { ...(JSON.parse(text) as KeptVisit), place: String(row?.['place']) }
    },
    /** The last visit there that did not come back. */
    unfinished: async (place: string): Promise<KeptVisit | undefined> => {
      const [row] = all('SELECT state, sealed FROM visits WHERE place = ? ORDER BY rowid DESC LIMIT 1', place)
      const text = row && (await sealer.open(String(row['sealed']), owner, `visit ${String(row['state'])}`))
      return text === undefined ? undefined : (JSON.parse(text) as KeptVisit)
    },
    dropAllOf: (place: string) => void all('DELETE FROM visits WHERE place = ?', place),
  }
}
