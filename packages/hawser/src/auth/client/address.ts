import { SignInError } from './sign-in-error.ts'

/**
 * How near an address may be: anywhere but this machine and its networks, private networks as well, or anything at all.
 */
export type Reach = 'public' | 'private' | 'any'

/** Where a server stands, and how near what it names may be. */
export interface Surroundings {
  readonly server: URL
  /** Whether servers may name issuers in private networks. */
  readonly privateNetwork: boolean
}

const MAX_LENGTH = 2048
/**
 * A host, then a path and a query; no user and no fragment, also no empty ones. What the parser drops or repairs must not hide what is
 * there. (CVE-2025-6514)
 */
const ADDRESS = /^https?:\/\/[^\s\\"'<>`\p{Cc}/?#@]+(?:[/?][^\s\\"'<>`\p{Cc}#]*)?$/iu

/** Machines that are this one, written as URLs write them. (RFC 8252 §8.3) */
const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)

/** Whether nobody on the way reads what is sent: by TLS, or because it does not leave this machine. (OAuth 2.1 §1.5) */
export const isPrivateWay = (url: URL): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))

/**
 * What was named by the user may be anywhere; what a server names may not be nearer than the server.
 *
 * @example reachOf(new URL('https://login.example.com'), { server: new URL('https://notes.example.com/mcp'), privateNetwork: false }) // 'public'
 */
export function reachOf(url: URL, { server, privateNetwork }: Surroundings): Reach {
  if (url.host === server.host || (isLoopback(server) && isLoopback(url))) return 'any'
  return privateNetwork ? 'private' : 'public'
}

/**
 * Reads an address that a stranger named: https, or http on this machine for a server that is on it as well.
 *
 * @param what What the address is, for the message.
 * @example checkAddress(metadata.issuer, 'an issuer', { server: new URL('https://notes.example.com/mcp'), privateNetwork: false })
 * @throws SignInError `forbidden_address`.
 */
export function checkAddress(text: unknown, what: string, surroundings: Surroundings): URL {
  const refuse = (why: string): never => {
    throw new SignInError('forbidden_address', `Expected ${what} at an https address on another machine, got ${why}.`)
  }
  if (typeof text !== 'string' || text.length > MAX_LENGTH || !ADDRESS.test(text))
    return refuse('something that is not one')
  const url = URL.parse(text)
  if (url === null) return refuse('something that is not one')
  const reach = reachOf(url, surroundings)
  if (url.protocol === 'http:' && !(isLoopback(url) && reach === 'any')) return refuse('one without TLS')
  if (reach !== 'any' && isNear(url.hostname, reach)) return refuse('one on this machine or its network')
  return url
}

/** Whether a host that is written as a number is nearer than it may be. Names are for whoever resolves them to judge. */
function isNear(hostname: string, reach: Reach): boolean {
  const name = hostname.replace(/\.$/, '')
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  if (hostname.startsWith('['))
    return reach === 'public' ? !isPublicV6(hostname) : /^\[(?:::|fe[89ab]|ff)/.test(hostname)
  const parts = name.split('.').map(Number)
  return parts.length === 4 && parts.every(Number.isInteger) && isNearV4(parts, reach)
}

function isNearV4([a = 0, b = 0]: readonly number[], reach: Reach): boolean {
  if (a === 0 || a === 127 || (a === 169 && b === 254) || a >= 224) return true
  if (reach === 'private') return false
  const isShared = a === 100 && b >= 64 && b < 128
  const isTest = (a === 192 && b === 0) || (a === 198 && (b === 18 || b === 19 || b === 51)) || (a === 203 && b === 0)
  return a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || isShared || isTest
}

/** Global unicast, without what carries an address of the other kind inside. (RFC 4291, RFC 3056, RFC 4380) */
const isPublicV6 = (host: string): boolean =>
  /^\[[23][\da-f]{3}:/.test(host) && !/^\[(?:2002:|2001:0?:|2001::|2001:db8:)/.test(host)
