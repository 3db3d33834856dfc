/** `client_id`s that are the address of a client's metadata document. (draft-ietf-oauth-client-id-metadata-document section 3) */

const MAX_LENGTH = 2048
const PLAIN = /^[\x21-\x7e]+$/
const DOT_SEGMENT = /\/(?:\.|%2e){1,2}(?:[/?]|$)/i
const ADDRESS = /^(?:[\d.]+|\[.*\])$/

/** Whether a `client_id` claims to be an address; whether it is a good one, `clientIdUrlProblem` says. */
export const looksLikeUrl = (clientId: string): boolean => /^[a-z][a-z0-9+.-]*:[/\\]/i.test(clientId)

/** What is wrong with the address of a metadata document, judged by its characters before any parser sees them. */
export function clientIdUrlProblem(clientId: string): string | undefined {
  if (clientId.length > MAX_LENGTH) return `must have ${MAX_LENGTH} characters at most`
  if (!clientId.startsWith('https://')) return 'must begin with https://'
  if (!PLAIN.test(clientId)) return 'must consist of the characters of a URL'
  if (clientId.includes('\\')) return 'must not contain a backslash'
  if (clientId.includes('#')) return 'must not have a fragment'
  if (DOT_SEGMENT.test(clientId)) return 'must not contain dot segments'
  const authority = clientId.slice('https://'.length).split(/[/?]/, 1)[0] ?? ''
  if (authority.includes('@')) return 'must not contain user information'
  if (!URL.canParse(clientId)) return 'is not a URL'
  const url = new URL(clientId)
  if (url.pathname === '/') return 'must have a path'
  if (ADDRESS.test(url.hostname)) return 'must name a host, not an address'
  // The draft compares character by character; so only the one spelling is taken that a parser leaves alone.
  if (url.href !== clientId) return 'must be written in its normal form'
  return undefined
}
