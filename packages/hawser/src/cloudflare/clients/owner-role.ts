import type { CredentialStore } from '../../auth/client/store.ts'
import { SignInError } from '../../auth/client/sign-in-error.ts'
import type { Sealer } from '../../vault/seal.ts'
import { objectSql } from '../object-sql.ts'
import type { Role } from '../role.ts'
import type { Connection, Reach } from './connection.ts'
import { createCalls } from './continue.ts'
import { type Checked, checkAdded, checkName } from './definition.ts'
import { packAll } from './pack.ts'
import { playRegistrations, registrationOf, REGISTRATIONS } from './registrations.ts'
import { createRoster } from './roster.ts'
import { isRegistration, openSealedStore, SECRETS_VERSION } from './sealed-store.ts'
import { openServers, SERVERS_VERSION } from './servers-table.ts'
import type { Outcome, OwnerConnections } from './types.ts'
import { openVisits, VISITS_VERSION } from './visits-table.ts'
import { type Asking, describeWaiting, openWaiting, WAITING_VERSION, type WaitingRow } from './waiting-table.ts'

/** What the objects of owners need besides their storage. */
export interface Played {
  readonly checked: Checked
  readonly sealer: Sealer
  readonly reach: Reach
  /** Where registrations of this application are kept for all owners. */
  readonly shared: Pick<CredentialStore, 'get' | 'set' | 'delete'>
}

/** What an owner's object does. */
export interface OwnerMethods {
  readonly servers: OwnerConnections['servers']
  readonly tools: OwnerConnections['tools']
  readonly send: (server: string, call: Omit<Asking, 'round'>) => Promise<Outcome>
  readonly waiting: OwnerConnections['waiting']
  readonly answer: OwnerConnections['answer']
  readonly look: OwnerConnections['look']
  readonly drop: OwnerConnections['drop']
  readonly signIn: (server: string, returnTo: string, session: string | undefined) => Promise<string>
  readonly finish: (back: string, session: string | undefined) => Promise<string>
  readonly signOut: (server: string) => Promise<void>
  readonly add: (name: string, url: string) => Promise<void>
  readonly remove: OwnerConnections['remove']
  readonly forget: OwnerConnections['forget']
}

/** The object of one owner. */
export const createOwnerRole = ({ checked, sealer, reach, shared }: Played): Role => ({
  schema: [SERVERS_VERSION + WAITING_VERSION + VISITS_VERSION + SECRETS_VERSION],
  start: ({ storage, id: { name: owner = '' } }) => {
    const sql = objectSql(storage)
    if (owner === REGISTRATIONS) return playRegistrations(sql)
    const [servers, waiting] = [openServers(sql), openWaiting(sql)]
    const visits = openVisits(sql, sealer, owner)
    const own = openSealedStore(sql, sealer, owner)
    const calls = createCalls(waiting, checked.keep)
    // What this application is registered as belongs to no owner.
    const storeOf = (key: string) => (isRegistration(key) ? shared : own)
    const together: CredentialStore = {
      lock: own.lock,
      get: (key) => storeOf(key).get(key),
      set: (key, value) => storeOf(key).set(key, value),
      delete: (key) => storeOf(key).delete(key),
    }
    const storeFor = (isAdded: boolean): CredentialStore => (isAdded ? own : together)
    const { open, openPlace, names, refresh, drop } = createRoster({ checked, servers, reach, storeFor })

    /** Whoever is refused for want of somebody who signs in is asked about again, with what was missing. */
    const guard = async (connection: Connection, work: () => Promise<Outcome>): Promise<Outcome> => {
      try {
        return await work()
      } catch (error) {
        if (error instanceof SignInError && error.problem === 'needs_person')
          servers.doubt(connection.place, error.scopes)
        throw error
      }
    }
    const continued = (id: string, work: (connection: Connection, row: WaitingRow) => Promise<Outcome>) => {
      const row = waiting.find(id)
      const connection = openPlace(row.place)
      checkTool(connection, row.call)
      return guard(connection, () => work(connection, row))
    }

    const signOut = async (server: string): Promise<void> => {
      const { auth, url, place, restart } = open(server)
      try {
        await auth.signOut(url)
      } finally {
        // After it, since others may have gone on meanwhile.
        visits.dropAllOf(place)
        waiting.dropAllOf(place)
        restart()
      }
    }

    const methods: OwnerMethods = {
      servers: async () => {
        const all = (await refresh()).map(async ({ name, url, place, auth }) => {
          const { state, reason = 'It has not answered yet.' } = servers.read(place) ?? { state: 'failed' }
          const { account } = (await auth.whoami(url)) ?? {}
          const isAdded = !checked.servers.has(name)
          return {
            name,
            url,
            state,
            ...(state !== 'ready' && { reason }),
            ...(account !== undefined && { account }),
            isAdded,
          }
        })
        return Promise.all(all)
      },
      tools: async () =>
        (await refresh()).flatMap(({ name: server, place, tools: allowed }) =>
          (servers.read(place)?.tools ?? [])
            .filter(({ name }) => allowed?.includes(name) ?? true)
            .map((tool) => ({ ...tool, server })),
        ),
      send: async (server, call) => {
        const connection = open(server)
        checkTool(connection, call)
        return guard(connection, () => calls.send(connection, { ...call, round: 1 }))
      },
      waiting: async () => waiting.list().map(describeWaiting),
      answer: async (id, given) => continued(id, (connection, row) => calls.answer(connection, row, given)),
      look: async (id) => continued(id, calls.look),
      drop: async (id) => {
        const row = waiting.find(id)
        await calls.drop(openPlace(row.place), row)
      },
      signIn: async (server, returnTo, session) => {
        const { auth, url, place, asksPerson } = open(server)
        if (!asksPerson) throw new TypeError(`Nobody signs in at "${server}": it is reached with \`http: { auth }\`.`)
        const redirectUri = checked.back.href
        // An issuer that has forgotten its client says so to the person alone, who comes again.
        const left = await visits.unfinished(place)
        const registration = left && registrationOf(left.visit)
        if (registration !== undefined) await storeFor(!checked.servers.has(server)).delete(registration)
        const { page, state, visit } = await auth.begin(url, { redirectUri, scopes: servers.wanted(place) })
        await visits.keep(state, place, { visit, returnTo, session })
        return page.href
      },
      finish: async (back, session) => {
        const kept = await visits.take(new URL(back).searchParams.get('state') ?? '')
        if (kept === undefined || kept.session !== session)
          throw new SignInError('bad_callback', 'Nobody here waits for this answer of an issuer, or no longer.')
        const { auth, url, restart } = openPlace(kept.place)
        try {
          await auth.finish(url, kept.visit, back)
          restart()
        } catch (error) {
          // Whoever says no goes back as well.
          if (!(error instanceof SignInError && error.problem === 'denied')) throw error
        }
        return kept.returnTo
      },
      signOut,
      add: async (name, url) => {
        checkName(name)
        const added = servers.added()
        if (checked.servers.has(name) || added.has(name)) throw new TypeError(`There is a server "${name}" already.`)
        if (added.size >= checked.maxAdded) throw new RangeError(`At most ${checked.maxAdded} servers can be added.`)
        servers.add(name, checkAdded(url, checked))
      },
      remove: async (name) => {
        if (!servers.added().has(name)) throw new TypeError(`No server "${name}" was added.`)
        await signOut(name)
        servers.remove(name)
        drop(name)
      },
      forget: async () => {
        await Promise.all([...names()].map(signOut))
        sql.transaction(() => TABLES.forEach((table) => sql.all(`DELETE FROM ${table}`)))
        names().forEach(drop)
      },
    }
    const firstOf = TIMED.map((table) => `SELECT min(expires_at) AS at FROM ${table}`).join(' UNION ALL ')
    return {
      methods: packAll(methods),
      nextWake: () => {
        const first = sql.all(`SELECT min(at) AS at FROM (${firstOf})`)[0]?.['at']
        return typeof first === 'number' ? first : undefined
      },
      wake: (now) => {
        for (const table of TIMED) sql.all(`DELETE FROM ${table} WHERE expires_at <= ?`, now)
      },
    }
  },
})

/** @throws TypeError for a tool that is not on the list of its server. */
function checkTool({ name, tools }: Connection, { method, about }: Omit<Asking, 'round'>): void {
  if (method === 'tools/call' && !(tools?.includes(about) ?? true))
    throw new TypeError(`The tool ${JSON.stringify(about).slice(0, 80)} of "${name}" is not to be used.`)
}

const TIMED = ['waiting', 'visits'] as const
const TABLES = [...TIMED, 'servers', 'added', 'secrets'] as const
