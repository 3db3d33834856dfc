const LOOPBACK = /^http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost)(?::[0-9]{1,5})?(?=[/?]|$)/
const PLAIN = /^[\x21-\x5b\x5d-\x7e]+$/
/** What the answer adds: with one of these in the URI a client could read the wrong one. */
const ANSWERED: readonly string[] = ['code', 'state', 'iss', 'error', 'error_description', 'error_uri']

/** How much of a redirect URI is read. */
const MAX_REDIRECT_URI = 2048

/**
 * Why a client may not have this redirect URI, or `undefined`. HTTPS, or a loopback address over HTTP; a scheme of an
 * application only where the operator names it, since any program of a device can claim one.
 * (authorization/security-considerations#communication-security, RFC 8252 section 8.4)
 *
 * @param schemes Schemes without colon that are accepted besides, as `cursor`.
 */
export function refuseRedirectUri(uri: string, schemes: ReadonlySet<string> = NO_SCHEMES): string | undefined {
  if (uri.length > MAX_REDIRECT_URI) return `A redirect URI has at most ${MAX_REDIRECT_URI} characters.`
  if (!PLAIN.test(uri)) return 'A redirect URI is visible ASCII without backslashes.'
  if (!URL.canParse(uri)) return 'A redirect URI is an absolute URI.'
  if (uri.includes('#')) return 'A redirect URI has no fragment.'
  const { protocol, username, password, searchParams } = new URL(uri)
  if (username !== '' || password !== '') return 'A redirect URI has no user name or password.'
  if (ANSWERED.some((name) => searchParams.has(name)))
    return `A redirect URI has none of ${ANSWERED.join(', ')} in its query.`
  // Read from the text: URL also takes `https:host` and `https:/host`.
  if (/^https:\/\/[^/]/.test(uri)) return undefined
  if (LOOPBACK.test(uri)) return undefined
  const scheme = protocol.slice(0, -1)
  if (schemes.has(scheme) && !NEVER.has(scheme)) return undefined
  return /^https?$/.test(scheme) || NEVER.has(scheme)
    ? 'A redirect URI is https, or http on 127.0.0.1, [::1] or localhost.'
    : `The scheme ${scheme} is not accepted; the operator can accept it with the option redirectSchemes.`
}

const NO_SCHEMES: ReadonlySet<string> = new Set()
/** Those that a browser gives a meaning of its own. */
const NEVER: ReadonlySet<string> = new Set([
  'http',
  'https',
  'javascript',
  'data',
  'file',
  'blob',
  'vbscript',
  'about',
  'view-source',
  'filesystem',
  'ws',
  'wss',
  'ftp',
  'mailto',
  'tel',
])

/** Whether a request may use this URI: it equals a registered one, but for the port of a loopback address. (RFC 8252 section 7.3) */
export function matchesRedirectUri(registered: string, presented: string): boolean {
  if (registered === presented) return true
  const [ours] = LOOPBACK.exec(registered) ?? []
  const [theirs] = LOOPBACK.exec(presented) ?? []
  if (ours === undefined || theirs === undefined || !PLAIN.test(presented)) return false
  return withoutPort(ours) === withoutPort(theirs) && registered.slice(ours.length) === presented.slice(theirs.length)
}

const withoutPort = (origin: string): string => origin.replace(/:[0-9]+$/, '')

/** Whether the browser hands the code to a program of this computer. */
export const isLoopback = (uri: string): boolean => LOOPBACK.test(uri)
