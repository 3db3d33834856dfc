import type { Service } from '../call/index.ts'
import type { HttpReply, HttpRequest } from './message.ts'

/**
 * Answers a browser; `undefined` for everybody else. `path` is that of the endpoint, where the page is shown beside it as well.
 */
export type ServePage = (request: HttpRequest, path?: string) => HttpReply | undefined

/** Prepares the page of a server when the server begins to be served, to be shown to requests from where they may come from. */
export type Landing = (service: Service, isAllowed: (request: HttpRequest) => boolean) => ServePage

/** A server that a page leads to. */
export interface IndexEntry {
  readonly title: string
  readonly about: string | undefined
  /** Where it is; a path on the same host. */
  readonly url: string
}

/** Prepares the page of several servers of one host; it answers browsers, and nobody else. */
export type IndexPage = (entries: readonly IndexEntry[]) => (request: Request) => HttpReply | undefined
