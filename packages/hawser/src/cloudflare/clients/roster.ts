import type { CredentialStore } from '../../auth/client/store.ts'
import { type Connection, openConnection, type Reach } from './connection.ts'
import type { Checked } from './definition.ts'
import type { ServersTable } from './servers-table.ts'
import { settled } from './settled.ts'

/** Milliseconds that are waited for servers whose list was kept before, and for others. */
const PATIENCE = { known: 2_000, unknown: 10_000 } as const
/** Milliseconds for which a server that was waited for in vain is not waited for again. */
const REST = 10_000

export interface RosterOptions {
  readonly checked: Checked
  readonly servers: ServersTable
  readonly reach: Reach
  readonly storeFor: (isAdded: boolean) => CredentialStore
}

/** The servers of one owner: those of all, and those that the owner added. */
export interface Roster {
  readonly names: () => ReadonlySet<string>
  /** @throws TypeError when there is none of that name. */
  readonly open: (name: string) => Connection
  /**
   * The connection that a call went by.
   *
   * @throws TypeError when its server is gone, or at another address.
   */
  readonly openPlace: (place: string) => Connection
  /** Forgets the connection, not the server. */
  readonly drop: (name: string) => void
  /** Asks the servers of which nothing new is known, and waits no longer than is worth it. */
  readonly refresh: () => Promise<readonly Connection[]>
}

export function createRoster({ checked, servers, reach, storeFor }: RosterOptions): Roster {
  const connections = new Map<string, Connection>()

  const open = (name: string): Connection => {
    const configured = checked.servers.get(name)
    const url = configured?.url ?? servers.added().get(name)
    if (url === undefined) throw new TypeError(`There is no server called ${JSON.stringify(name).slice(0, 80)}.`)
    const known = connections.get(name)
    if (known?.url === url) return known
    const isAdded = configured === undefined
    const store = storeFor(isAdded)
    const opened = openConnection({ name, server: { ...configured, url }, checked, isAdded, store, servers, reach })
    connections.set(name, opened)
    return opened
  }
  const names = (): ReadonlySet<string> => new Set([...checked.servers.keys(), ...servers.added().keys()])

  const update = async ({ place, refresh }: Connection): Promise<void> => {
    const { freshUntil, hasTools } = servers.age(place)
    if (freshUntil > Date.now()) return
    await settled(refresh(), hasTools ? PATIENCE.known : PATIENCE.unknown)
    if (servers.age(place).freshUntil <= Date.now()) servers.postpone(place, Date.now() + REST)
  }

  return {
    names,
    open,
    openPlace: (place) => {
      const connection = open(place.slice(0, place.indexOf(' ')))
      if (connection.place === place) return connection
      throw new TypeError(`The server "${connection.name}" has another address now than when it was called.`)
    },
    drop: (name) => void connections.delete(name),
    refresh: async () => {
      const all = [...names()].map(open)
      await Promise.all(all.map(update))
      return all
    },
  }
}
