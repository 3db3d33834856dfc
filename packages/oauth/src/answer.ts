import { problemPage } from './consent/page.ts'
import type { OAuthError } from './oauth-error.ts'

/** Nothing of this is kept by anybody between. (RFC 6749 section 5.1) */
const PRIVATE = { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' }
/** The endpoints that programs in browsers use carry no cookies, so that any origin may read the answer. */
const ANY_ORIGIN = { 'access-control-allow-origin': '*' }

export const answerJson = (body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { ...PRIVATE, ...ANY_ORIGIN, ...headers } })

/** A document that is the same for everybody. */
export const answerDocument = (body: unknown, maxAge: number): Response =>
  new Response(JSON.stringify(body), {
    headers: { 'content-type': 'application/json', 'cache-control': `public, max-age=${maxAge}`, ...ANY_ORIGIN },
  })

export const answerError = ({ code, message, status, headers }: OAuthError): Response =>
  answerJson({ error: code, error_description: message }, status, headers)

/** For an endpoint that programs in browsers use. */
export const answerPreflight = (methods: string): Response =>
  new Response(null, {
    status: 204,
    headers: {
      ...ANY_ORIGIN,
      'access-control-allow-methods': methods,
      'access-control-allow-headers': 'authorization, content-type, mcp-protocol-version',
      'access-control-max-age': '86400',
    },
  })

/** A page for a person who can go nowhere from here, or only to `link`. */
export const answerPage = (status: number, text: string, link?: string): Response =>
  problemPage(status, 'This sign-in cannot go on', text, link)

/** 303, so that a form which was posted is not posted on. (RFC 9700 section 4.12) */
export const redirect = (uri: string): Response =>
  new Response(null, {
    status: 303,
    headers: { location: uri, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
  })

/** Appended to the text, for a registered query stays as it was written. */
export function withParameters(uri: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const added = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) added.append(name, value)
  return `${uri}${uri.includes('?') ? '&' : '?'}${added}`
}
