import { AuthorizationError, markReceived } from '../call/index.ts'

/** Text that fits into a quoted string. (RFC 9110 §5.6.4) */
const quote = (text: string): string => `"${text.replace(/[^\x20-\x7e]/g, ' ').replace(/["\\]/g, '\\$&')}"`

/** UTF-16 units of what is told in a header: some clients read 8 KiB of all of them, and a handler may repeat what it was sent. */
const MAX_DESCRIPTION = 1_024

/** Without quotes and backslashes. (RFC 6749 §3.3) */
const isScope = (text: string): boolean => /^[!#-[\]-~]+$/.test(text)

/**
 * Writes the `WWW-Authenticate` header that tells a caller what it needs: every scope at once, so that one round trip
 * through the authorization server is enough.
 *
 * @example formatChallenge(new AuthorizationError('insufficient_scope', 'Needs notes:write.', ['notes:write']))
 * // 'Bearer error="insufficient_scope", scope="notes:write", error_description="Needs notes:write."'
 * @see RFC 6750 §3, basic/authorization
 */
export function formatChallenge(
  { code, scopes, message }: AuthorizationError,
  others: Readonly<Record<string, string>> = {},
): string {
  const parameters: string[] = []
  // A caller that sent no token is told no error. (RFC 6750 §3.1)
  if (code !== 'missing_token') parameters.push(`error=${quote(code)}`)
  const valid = scopes.filter(isScope)
  if (valid.length > 0) parameters.push(`scope="${valid.join(' ')}"`)
  for (const [name, value] of Object.entries(others)) parameters.push(`${name}=${quote(value)}`)
  if (code !== 'missing_token' && message !== '')
    parameters.push(`error_description=${quote(message.slice(0, MAX_DESCRIPTION))}`)
  return parameters.length === 0 ? 'Bearer' : `Bearer ${parameters.join(', ')}`
}

/** Characters of a challenge that are read; what searches them is not linear. */
const MAX_LENGTH = 4096

const PARAMETER = /([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g

/**
 * Reads the parameters of a Bearer challenge; absent without one. The first of a repeated parameter counts.
 *
 * @example parseChallenge('Bearer error="insufficient_scope", scope="a b"')?.get('scope') // 'a b'
 * @see RFC 9110 §11.6.1
 */
export function parseChallenge(header: string | null): ReadonlyMap<string, string> | undefined {
  const text = (header ?? '').slice(0, MAX_LENGTH)
  const start = /(?:^|,)\s*bearer(?:\s+|$)/i.exec(text)
  if (start === null) return undefined
  const parameters = new Map<string, string>()
  for (const [, name, quoted, plain] of text.slice(start.index + start[0].length).matchAll(PARAMETER)) {
    const key = name!.toLowerCase()
    if (!parameters.has(key)) parameters.set(key, plain ?? quoted!.replace(/\\(.)/g, '$1'))
  }
  return parameters
}

/** What a refused client learns from a 401 or 403. */
export function readRefusal(status: number, header: string | null): AuthorizationError {
  const challenge = parseChallenge(header)
  const error = challenge?.get('error')
  const code = status === 403 ? 'insufficient_scope' : error === 'invalid_token' ? error : 'missing_token'
  const scopes = challenge?.get('scope')?.split(' ').filter(isScope) ?? []
  const reason = challenge?.get('error_description') ?? 'The server gave no reason.'
  const what = status === 403 ? 'The server refuses this call' : 'The server wants a valid access token'
  return markReceived(new AuthorizationError(code, `${what} (HTTP ${status}). ${reason}`, scopes))
}
