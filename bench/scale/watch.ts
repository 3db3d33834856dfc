import type { OAuthObject } from '@hawser/oauth/cloudflare'
import type { HawserObject } from 'hawser/cloudflare'
import { type Account, type Accounts, newAccount, type Trouble } from './account.ts'

/** What is counted stays when an object leaves the memory, since all objects of a Worker are in one isolate. */
const accounts = new Map<string, Account>()
const troubles = new Map<string, Trouble>()

/** Says what was counted, and begins anew. */
export function takeAccounts(): Accounts {
  const taken = Object.fromEntries(accounts)
  accounts.clear()
  return taken
}

/** Makes trouble for the objects whose names begin with this; an empty one ends it. */
export const setTrouble = (prefix: string, trouble: Trouble): void => void troubles.set(prefix, trouble)

export type HawserState = ConstructorParameters<typeof HawserObject>[0]
export type OAuthState = ConstructorParameters<typeof OAuthObject>[0]
interface State {
  readonly id: { readonly name?: string | undefined }
  readonly storage: { readonly setAlarm: (at: number) => Promise<void> }
  readonly abort: (reason: string) => never
}
interface CountedCursor {
  readonly rowsRead: number
  readonly rowsWritten: number
  readonly toArray: () => readonly object[]
}
interface CountedSql {
  readonly databaseSize: number
  exec: (query: string, ...values: readonly unknown[]) => CountedCursor
}

const WRITES = /^\s*(?:INSERT|REPLACE|UPDATE|DELETE)/i
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Counts what one object does from when it comes into memory, and makes trouble for it when told to. */
export class Watch {
  readonly #name: string
  readonly #sql: CountedSql
  readonly #state: State

  constructor(state: HawserState | OAuthState) {
    this.#state = state as unknown as State
    this.#sql = state.storage.sql as unknown as CountedSql
    this.#name = this.#state.id.name ?? ''
    this.account.starts++
    this.#countSql()
    this.#countAlarms()
  }

  get account(): Account {
    const known = accounts.get(this.#name) ?? newAccount()
    accounts.set(this.#name, known)
    return known
  }

  get #trouble(): Trouble {
    for (const [prefix, trouble] of troubles) if (this.#name.startsWith(prefix)) return trouble
    return {}
  }

  /** Sees one question, alarm or message through. */
  async see<T>(field: 'requests' | 'alarms', run: () => T | Promise<T>): Promise<T> {
    this.account[field]++
    const { slow = 0 } = this.#trouble
    const began = Date.now()
    if (slow > 0) await pause(slow)
    try {
      return await run()
    } finally {
      this.account.busy += Date.now() - began
      this.account.bytes = this.#sql.databaseSize
      this.#maybeCrash()
    }
  }

  crash(): void {
    this.#state.abort('crash')
  }

  #maybeCrash(): void {
    for (const [prefix, trouble] of troubles) {
      const { crashes = 0 } = trouble
      if (crashes === 0 || !this.#name.startsWith(prefix)) continue
      troubles.set(prefix, { ...trouble, crashes: crashes - 1 })
      this.crash()
    }
  }

  #countSql(): void {
    const exec = this.#sql.exec.bind(this.#sql)
    this.#sql.exec = (query, ...values) => {
      if (this.#trouble.full === true && WRITES.test(query)) throw new Error('disk I/O error')
      const cursor = exec(query, ...values)
      const { account } = this
      let [read, written] = [0, 0]
      const count = (): void => {
        account.rowsRead += cursor.rowsRead - read
        account.rowsWritten += cursor.rowsWritten - written
        read = cursor.rowsRead
        written = cursor.rowsWritten
      }
      count()
      const toArray = cursor.toArray.bind(cursor)
      Object.defineProperty(cursor, 'toArray', {
        value: () => {
          const rows = toArray()
          count()
          return rows
        },
      })
      return cursor
    }
  }

  #countAlarms(): void {
    const { storage } = this.#state
    const setAlarm = storage.setAlarm.bind(storage)
    Object.defineProperty(storage, 'setAlarm', {
      value: (at: number) => {
        this.account.rowsWritten++
        return setAlarm(at)
      },
    })
  }
}
