import type { JSONWebKeySet } from 'jose'

export type GrantType =
  | 'authorization_code'
  | 'refresh_token'
  | 'client_credentials'
  | 'urn:ietf:params:oauth:grant-type:jwt-bearer'

export type ClientAuthentication = 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt'

/** A program that asks for tokens, as one of three ways made it known. */
export interface Client {
  readonly id: string
  /** By the operator, by a document at the URL that is its id, or by itself. */
  readonly kind: 'registered' | 'document' | 'dynamic'
  /** As the client calls itself: escape it and do not believe it, unless the operator registered it. */
  readonly name: string
  /** Each passed `checkRedirectUri`. */
  readonly redirectUris: readonly string[]
  readonly authentication: ClientAuthentication
  /** `digest('client-secret', secret)`, never the secret. */
  readonly secretDigest?: string | undefined
  /** Public keys of `private_key_jwt`. */
  readonly jwks?: JSONWebKeySet | undefined
  /** `refresh_token` has it get refresh tokens. */
  readonly grants: readonly GrantType[]
  /** The resources that it may ask for, in the words of the registry; every one when left out. */
  readonly resources?: readonly string[] | undefined
  /** The scopes that it may ask for at most; every one of the resource when left out. */
  readonly scopes?: readonly string[] | undefined
  /** Changes when name, redirect URIs or keys do: a remembered consent holds for one of them. */
  readonly fingerprint?: string | undefined
}

/** Finds a client, or does not know it. Throws only when nobody can tell now. The request is for limits by its sender. */
export type ClientSource = (clientId: string, request?: Request) => Client | undefined | Promise<Client | undefined>
