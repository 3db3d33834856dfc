import type { JWK } from 'jose'
import type { BenchTool } from '../tools/tool.ts'
import type { Fetch } from '../wire/post.ts'

/** What each `inproc.ts` exports as `open`: the library serving these tools, built once. */
export type Open = (tools: readonly BenchTool[]) => Fetch

/** What each `worker.ts` exports as default. */
export interface Worker {
  readonly fetch: Fetch
}

/** Tells the runner the port of an `http.ts` program and answers its questions about CPU time (µs, user and system). */
export const announce = (port: number): void => {
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.({ cpu: user + system })
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.({ port })
}

/** What each `calls.ts` exports as `dial`: a client of the server at a URL, whose tool `echo` it calls; resolves to the content. */
export type Dial = (url: string) => Promise<(text: string) => Promise<unknown>>
/** A moment that processes of one machine can compare, in ms. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6

/** Tells the runner the port of a `listeners.ts` program, and makes a change whenever it is asked, saying when. */
export const announceChanges = (port: number, change: () => unknown): void => {
  process.on('message', () => {
    const at = now()
    void change()
    process.send?.({ at })
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.({ port })
}

/** Who issues access tokens in a row, for what. */
export interface Issuer {
  readonly issuer: string
  readonly resource: string
  readonly scope: string
  readonly keys: readonly JWK[]
}

/** What each `guarded.ts` exports as `guard`: a server with `echo`, once for everybody and once for tokens that have the scope. */
export type Guard = (issuer: Issuer) => { readonly open: Fetch; readonly guarded: Fetch }

/** An authorization server whose person says yes at once. It knows the public client `bench` with one redirect URI, and one resource with scopes. */
export interface IssuerUnderTest {
  readonly issuer: string
  readonly tokenPath: string
  readonly clientId: string
  readonly fetch: Fetch
}

/** What each `issuer.ts` exports as `openIssuer`; undefined for a store that it does not have. */
export type OpenIssuer = (about: {
  readonly store: 'memory' | 'disk'
  readonly redirectUri: string
  readonly resource: string
  readonly scopes: readonly string[]
}) => Promise<IssuerUnderTest | undefined>
