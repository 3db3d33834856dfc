import type { Client } from './client.ts'
import type { ClientLabel } from './client-label.ts'
import type { Transaction } from './transaction.ts'

type Awaitable<T> = T | Promise<T>

/** What a person allowed a client at a resource, or what a client may by itself. */
export interface Grant {
  /** After the place of its subject. */
  readonly id: string
  readonly clientId: string
  /** The client as it was when this was allowed; its id says which it is. */
  readonly client?: ClientLabel | undefined
  /** The user, or the client itself where there is none. */
  readonly subject: string
  readonly kind: 'user' | 'client'
  /** Always said, so that nobody forgets it. */
  readonly tenant: string | undefined
  readonly resource: string
  readonly scopes: readonly string[]
  readonly authTime?: number | undefined
  readonly createdAt: number
  /** No token outlives it, however often it is refreshed. */
  readonly expiresAt: number
}

/** A grant as a list shows it. */
export interface ListedGrant extends Grant {
  /** When its client last got new tokens by refreshing; `undefined` as long as it did not. */
  readonly refreshedAt?: number | undefined
}

/** What is bound to a code, besides its grant. */
export interface Code {
  /** Begins with the id of its grant. */
  readonly key: string
  readonly grantId: string
  readonly clientId: string
  readonly redirectUri: string
  readonly codeChallenge: string
  readonly expiresAt: number
  /** Until when a second use is noticed. */
  readonly forgetAt: number
  /** How long the grant lives once the code is used; until then it lives no longer than the code. */
  readonly grantExpiresAt: number
}

/** The one refresh token of a grant that is good now. */
export interface Refresh {
  readonly key: string
  readonly expiresAt: number
}

/** A refresh token with the answer that carries it, which only its predecessor opens. */
export interface Successor extends Refresh {
  readonly sealedResponse: string
}

export type Redemption =
  | { readonly ok: true; readonly grant: Grant }
  /** `grant` is the one that this revoked. */
  | { readonly ok: false; readonly why: 'unknown' | 'expired' | 'replayed'; readonly grant?: Grant | undefined }

export type Rotation =
  | { readonly ok: true; readonly grant: Grant }
  /** The token was used a moment ago and its successor was not: the same answer once more. */
  | { readonly ok: 'again'; readonly grant: Grant; readonly sealedResponse: string }
  /** `grant` is the one that this revoked. */
  | { readonly ok: false; readonly why: 'unknown' | 'expired' | 'reused'; readonly grant?: Grant | undefined }

export interface StoredKey {
  readonly kid: string
  /** Milliseconds since 1970: from when on it signs. */
  readonly signsFrom: number
  /** Until when what it signed is accepted. */
  readonly expiresAt: number
  readonly publicJwk: string
  readonly sealedPrivateJwk: string
}

/** That a person approved, for the same question asked again. */
export interface Consent {
  /** Made of user, tenant, client, resource and redirect host, after the place of the user. */
  readonly key: string
  readonly userId: string
  readonly clientId: string
  readonly fingerprint: string
  readonly scopes: readonly string[]
  readonly expiresAt: number
}

/** A client that registered itself. */
export interface StoredClient {
  readonly client: Client
  readonly createdAt: number
  /** Unless it is used before; each use moves it. */
  readonly expiresAt: number
}

/** The metadata document of a client, as its host gave it. What it says is judged anew by each process that reads it here. */
export interface StoredDocument {
  /** Its address, which is the client. */
  readonly clientId: string
  readonly text: string
  /** What lies where the document says that the keys are. */
  readonly keys?: string | undefined
  /** Milliseconds since 1970: until when its host is not asked again. */
  readonly freshUntil: number
  /** Until when it is kept, so that a change is noticed. */
  readonly expiresAt: number
}

/** Documents that a store keeps, or each part of one; those that end first make room. */
export const MAX_DOCUMENTS = 1000

export interface GrantFilter {
  readonly grantId?: string | undefined
  readonly subject?: string | undefined
  readonly clientId?: string | undefined
  readonly resource?: string | undefined
  /** `null` for those without one. */
  readonly tenant?: string | null | undefined
  readonly kind?: Grant['kind'] | undefined
}

/** A part of a list that is in the order of ids. */
export interface ListPart {
  readonly limit: number
  /** The last id of the part before. */
  readonly after?: string | undefined
}

/**
 * Where an authorization server keeps what it must not forget or do twice. Every method is one atomic step, for all
 * processes that share the store; that alone makes codes and refresh tokens single-use. Secrets come as keyed digests, so
 * that whoever reads the store can use nothing of it. Methods that add return `false` when the store is full.
 *
 * What is redeemed, rotated, revoked or said once survives whatever happens before anybody is told. The rest may be taken back by a power
 * cut: then somebody begins again.
 */
export interface GrantStore {
  /** Whether it outlives the process. Then so must the secret of the server. */
  readonly isLasting: boolean
  /**
   * What the name of everything that belongs to a subject begins with – ids of its grants, keys of its codes and consents –
   * where the store finds it by that: hexadecimal digits and hyphens, 12 at most.
   */
  readonly place?: ((subject: string) => string) | undefined

  readonly addTransaction: (transaction: Transaction) => Awaitable<boolean>
  readonly readTransaction: (key: string, now: number) => Awaitable<Transaction | undefined>
  /** Only when the stored one is exactly one version older. */
  readonly replaceTransaction: (transaction: Transaction, now: number) => Awaitable<boolean>
  /** Removes it; `true` for one caller only. */
  readonly takeTransaction: (key: string, now: number) => Awaitable<boolean>

  /** A grant with the code that stands for it, or with none. */
  readonly addGrant: (grant: Grant, code: Code | undefined, now: number) => Awaitable<boolean>
  /** Until it is revoked or expires. */
  readonly readGrant: (grantId: string, now: number) => Awaitable<Grant | undefined>
  /** Those that equal the filter in all it says and have not expired; for an empty filter all. */
  readonly listGrants: (filter: GrantFilter, part: ListPart, now: number) => Awaitable<readonly ListedGrant[]>
  /** Removes every grant that equals the filter in all it says, with its tokens. An empty filter equals none. */
  readonly revokeGrants: (filter: GrantFilter) => Awaitable<readonly Grant[]>

  /** To check who presents a code before using it up. Used and expired ones are found too. */
  readonly readCode: (key: string) => Awaitable<Code | undefined>
  /** Uses the code up and sets the first refresh token. A second time revokes the grant in the same step. */
  readonly redeemCode: (key: string, refresh: Refresh | undefined, now: number) => Awaitable<Redemption>

  /**
   * Puts a successor in the place of the token, of which the caller knows that this server made it for this grant. One that is
   * no longer good has been used before: the last one gives the same answer again within `grace` milliseconds, any other, or
   * later, revokes the grant in the same step.
   */
  readonly rotateRefresh: (
    grantId: string,
    key: string,
    successor: Successor,
    now: number,
    grace: number,
  ) => Awaitable<Rotation>

  /** `true` for the first who says this key before `expiresAt`; `false` too when the store is full. */
  readonly once: (key: string, expiresAt: number, now: number) => Awaitable<boolean>
  /** Counts; `false` from the first above `limit` in a window on. */
  readonly hit: (bucket: string, limit: number, windowMs: number, now: number) => Awaitable<boolean>

  readonly readKeys: (now: number) => Awaitable<readonly StoredKey[]>
  /** Only when the newest key that has not expired is `after`, so that one of many processes rotates. */
  readonly addKey: (key: StoredKey, after: string | undefined, now: number) => Awaitable<boolean>

  readonly addClient: (client: StoredClient, now: number) => Awaitable<boolean>
  readonly readClient: (clientId: string, now: number) => Awaitable<StoredClient | undefined>
  readonly touchClient: (clientId: string, expiresAt: number) => Awaitable<void>
  readonly removeClient: (clientId: string) => Awaitable<boolean>

  /** Until it expires, or others take its room. */
  readonly readDocument: (clientId: string, now: number) => Awaitable<StoredDocument | undefined>
  /** Strangers choose the documents: no more than `MAX_DOCUMENTS` are kept. */
  readonly saveDocument: (document: StoredDocument, now: number) => Awaitable<void>

  readonly readConsent: (key: string, now: number) => Awaitable<Consent | undefined>
  readonly saveConsent: (consent: Consent, now: number) => Awaitable<void>
  readonly removeConsents: (userId: string, clientId: string | undefined) => Awaitable<void>
}

/** A name for something of a subject, which the store finds by it. */
export const placed = ({ place }: GrantStore, subject: string, name: string): string =>
  `${place?.(subject) ?? ''}${name}`

/** An id for a new grant. */
export const nameGrant = (store: GrantStore, subject: string): string => placed(store, subject, crypto.randomUUID())
