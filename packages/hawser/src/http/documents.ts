import type { Service } from '../call/index.ts'
import { type HttpHeaders, type HttpReply, JSON_HEADERS } from './message.ts'

const WELL_KNOWN = '/.well-known/'

/** Anybody may read them, also the pages of other sites; no credentials are looked at. */
const OPEN: HttpHeaders = { 'access-control-allow-origin': '*' }
const FOUND: HttpHeaders = { ...JSON_HEADERS, ...OPEN, 'cache-control': 'public, max-age=300' }
const METHODS = 'GET, HEAD, OPTIONS'
const PREFLIGHT: HttpHeaders = { ...OPEN, 'access-control-allow-methods': METHODS, 'access-control-allow-headers': '*' }

/** Answers what is asked of a path beside the endpoint; `undefined` where the endpoint itself is meant. */
export type ServeDocument = (method: string, path: string) => HttpReply | undefined

/** Serves the documents by which clients find the authorization server. (RFC 9728 §3) */
export function createDocuments({ auth }: Service): ServeDocument | undefined {
  if (auth === undefined) return undefined
  const { documents } = auth
  return (method, path) => {
    if (!path.startsWith(WELL_KNOWN)) return undefined
    const json = documents.get(path)
    if (json === undefined) return { status: 404, headers: OPEN }
    switch (method) {
      case 'GET':
        return { status: 200, headers: FOUND, body: json }
      case 'HEAD':
        return { status: 200, headers: FOUND }
      case 'OPTIONS':
        return { status: 204, headers: PREFLIGHT }
      default:
        return { status: 405, headers: { ...OPEN, allow: METHODS } }
    }
  }
}

/** The path of an absolute URL, if it could be that of a document. */
export function documentPath(url: string): string | undefined {
  return url.includes(WELL_KNOWN) ? new URL(url).pathname : undefined
}
