import type { Service } from '../call/index.ts'
import type { HttpReply, HttpRequest } from './message.ts'

/**
 * Answers a browser; `undefined` for everybody else. `path` is that of the endpoint, where the page is shown beside it as well.
 */
export type ServePage = (request: HttpRequest, path?: string) => HttpReply | undefined

/** Prepares the page of a server when the server begins to be served, to be shown to requests from where they may come from. */
export type Landing = (service: Service, isAllowed: (request: HttpRequest) => boolean) => ServePage
