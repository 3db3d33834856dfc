import { isPrivateWay } from './address.ts'
import { type DpopKey, readDpopKey } from './dpop-key.ts'
import type { Grant } from './grant.ts'
import type { CredentialStore } from './store.ts'
import { decodeTokens, encodeTokens, type Tokens } from './tokens.ts'

/** The tokens for one server: as they are stored, and as this process last saw them. */
export interface HeldTokens {
  /** Where they are kept, and what is locked to change them. */
  readonly key: string
  readonly current: () => Tokens | undefined
  /** What is stored and may be used here, whatever its age. */
  readonly load: () => Promise<Tokens | undefined>
  /** Keeps them, on the disk before anybody uses them: of a rotated token there is no second copy. */
  readonly keep: (tokens: Tokens, made?: DpopKey) => Promise<void>
  /** Forgets them, here and in the store. */
  readonly drop: () => Promise<void>
  /** The key that tokens are bound to. */
  readonly keyOf: (tokens: Tokens) => Promise<DpopKey | undefined>
  /** Differs for whatever may be answered differently: another consent, other scopes, nobody. */
  readonly partition: () => string
}

/** Where the tokens for a server are kept. */
const tokensKey = ({ href }: URL): string => `tokens ${href}`

export function holdTokens(server: URL, { client }: Pick<Grant, 'client'>, store: CredentialStore): HeldTokens {
  const key = tokensKey(server)
  let current: Tokens | undefined
  let dpop: DpopKey | undefined
  /** How often there was nobody any more. */
  let departures = 0
  return {
    key,
    current: () => current,
    load: async () => {
      const stored = decodeTokens(await store.get(key))
      const isOurs = client === undefined || (stored?.clientId === client.id && stored.issuer === client.issuer)
      if (stored === undefined || !isOurs || !isPrivateWay(server)) return undefined
      current = stored
      return stored
    },
    keep: async (tokens, made) => {
      if (made !== undefined) dpop = made
      await store.set(key, encodeTokens(tokens))
      current = tokens
    },
    drop: async () => {
      await store.delete(key)
      current = undefined
      departures++
    },
    keyOf: async ({ key: secret }) => {
      if (secret === undefined) return undefined
      if (dpop?.secret.reveal() !== secret.reveal()) dpop = await readDpopKey(secret)
      return dpop
    },
    // What was asked before anybody had signed in may have been answered to who signed in for it.
    partition: () => `${departures} ${current?.grant ?? ''} ${current?.scopes.join(' ') ?? ''}`,
  }
}
