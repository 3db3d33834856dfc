import type { HttpRequest } from './message.ts'

export interface SourceOptions {
  /**
   * Names by which this server may be addressed, with a port (`notes.example.com:8443`) or without for any port.
   * By default every name, except that a server that is bound or addressed to loopback answers to loopback names only.
   */
  readonly allowedHosts?: readonly string[] | undefined
  /** Origins of web pages that may call this server, such as `https://app.example.com`, besides the server's own. */
  readonly allowedOrigins?: readonly string[] | undefined
}

/** The names of this machine, which no stranger's DNS can claim. */
export const LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

const HOST = /^(\[[\da-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/
const ORIGIN = /^([a-z][a-z\d+.-]*):\/\/([^/?#@\s]+)$/
const LOOPBACK_URL = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/?#]|$)/i
const ADDRESS = /^(?:\[.+\]|\d{1,3}(?:\.\d{1,3}){3})$/

interface Host {
  readonly name: string
  readonly port: string
}

function readHost(text: string): Host | undefined {
  const found = HOST.exec(text.toLowerCase())
  return found === null ? undefined : { name: found[1]!, port: found[2] ?? '' }
}

const isLoopback = (name: string): boolean => LOOPBACK_HOSTS.includes(name)

/**
 * Makes the guard against DNS rebinding, by which a web page reaches a server on the reader's own machine or network.
 *
 * A request passes when its `Host` is well-formed and allowed, and its `Origin` is absent, allowed, local on a local
 * server, or the server's own. The server's own origin counts over https, for an address, and for a name in
 * `allowedHosts`: over plain http any name can be made to point here.
 *
 * @example
 * const isAllowed = createSourceCheck({ allowedHosts: ['notes.example.com'] })
 * @throws TypeError when an entry is not a host or an origin.
 * @see basic/transports/streamable-http#security--endpoint
 */
export function createSourceCheck(options: SourceOptions): (request: HttpRequest) => boolean {
  const hosts = options.allowedHosts === undefined ? undefined : new Set(options.allowedHosts.map(checkHost))
  const origins = new Set(options.allowedOrigins?.map(checkOrigin))

  const isListed = ({ name, port }: Host): boolean =>
    hosts !== undefined && (hosts.has(name) || hosts.has(`${name}:${port}`))

  const isAllowedOrigin = (origin: string, host: Host): boolean => {
    const text = origin.toLowerCase()
    if (origins.has(text)) return true
    const found = ORIGIN.exec(text)
    const own = found === null ? undefined : readHost(found[2]!)
    if (found === null || own === undefined) return false
    if (isLoopback(own.name) && isLoopback(host.name)) return true
    const scheme = found[1]!
    const defaultPort = scheme === 'https' ? '443' : '80'
    const isSame = own.name === host.name && (own.port || defaultPort) === (host.port || defaultPort)
    return isSame && (scheme === 'https' || (scheme === 'http' && (ADDRESS.test(host.name) || isListed(host))))
  }

  // Requests of one deployment look alike, so the last pair that passed is remembered.
  let knownHost: string | undefined
  let knownUrl: string | undefined

  return (request) => {
    const text = request.header('host')
    const origin = request.header('origin')
    if (text !== undefined && origin === undefined && text === knownHost && request.url === knownUrl) return true
    const host = text === undefined ? undefined : readHost(text)
    if (host === undefined) return false
    if (hosts === undefined) {
      const isLocal = request.url !== undefined && LOOPBACK_URL.test(request.url)
      if (isLocal && !isLoopback(host.name)) return false
    } else if (!isListed(host)) {
      return false
    }
    if (origin !== undefined) return isAllowedOrigin(origin, host)
    knownHost = text
    knownUrl = request.url
    return true
  }
}

function checkHost(entry: string): string {
  if (readHost(entry) === undefined) {
    throw new TypeError(`allowedHosts: expected e.g. "notes.example.com" or "[::1]:3000", got "${entry}".`)
  }
  return entry.toLowerCase()
}

function checkOrigin(entry: string): string {
  const origin = entry.toLowerCase()
  if (!ORIGIN.test(origin)) {
    throw new TypeError(`allowedOrigins: expected e.g. "https://app.example.com", got "${entry}".`)
  }
  return origin
}
