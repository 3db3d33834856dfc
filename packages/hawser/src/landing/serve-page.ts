import type { HttpHeaders } from '../http/index.ts'
import { STYLE_HASH } from './style.ts'

/** Nothing but its own style: no scripts, no frames, no forms, nothing from elsewhere. (CSP3) */
const POLICY = `default-src 'none'; style-src '${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

export const PAGE_HEADERS: HttpHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  vary: 'Accept',
}

/** Not where it is refused by a weight of nought. */
const HTML = /text\/html(?!\s*;\s*q\s*=\s*0(\.0*)?\s*(,|$))/i

/** Browsers name HTML, and no client of the protocol does. Whoever takes events as well is a client. (RFC 9110 §12.5.1) */
export const wantsPage = (method: string, accept = ''): boolean =>
  /^(GET|HEAD)$/.test(method) && HTML.test(accept) && !/event-stream/i.test(accept)
