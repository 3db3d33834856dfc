import { checkAddress, isPrivateWay } from '../../auth/client/address.ts'
import { checkIdentity, type ClientIdentity } from '../../auth/client/identify-client.ts'
import type { Interceptor, Log } from '../../call/index.ts'
import type { ConnectHttpOptions } from '../../http/index.ts'
import type { Implementation } from '../../protocol/index.ts'

/** A server that owners may be connected to. */
export interface ClientServer {
  /** https, or http on this machine. */
  readonly url: string | URL
  /** The only tools that are offered and called; all of them when left out. */
  readonly tools?: readonly string[] | undefined
  /** Asked for besides what the server asks for. */
  readonly scopes?: readonly string[] | undefined
  /** All that may be asked for. A server that wants more is refused. */
  readonly maxScopes?: readonly string[] | undefined
  /** Who this application is at the issuer of this server, in place of the `client` of all. */
  readonly client?: ClientIdentity | undefined
  /** How requests are sent: headers, limits, or `fetch` of a service binding. With `auth` of your own nobody is asked to sign in. */
  readonly http?: ConnectHttpOptions | undefined
  /** What stands around every request, made for each owner anew, so that nothing which it keeps goes from one to another. */
  readonly use?: (() => readonly Interceptor[]) | undefined
}

/** Where connections are kept, and to which servers they may be made. */
export interface ClientsOptions<Name extends string = string> {
  /** The binding of `HawserObject`. */
  readonly binding: string
  /** At least 32 bytes, such as from `openssl rand -base64 48`, that tokens are sealed with. Of several the first seals, and all of them open. */
  readonly secret: string | Uint8Array | readonly (string | Uint8Array)[]
  /** The address of this application to which issuers send browsers back: https, or http on this machine. */
  readonly callback: string
  /** The servers of all owners, by names of small letters, digits and hyphens. */
  readonly servers: Readonly<Record<Name, ClientServer>>
  /** Who this application is; what people are shown where they are asked. */
  readonly client?: ClientIdentity | undefined
  /** Who the client says it is to servers. */
  readonly clientInfo?: Implementation | undefined
  /** Servers that each owner may add; none when left out. */
  readonly maxAdded?: number | undefined
  /** Milliseconds that a question is kept; seven days when left out. Servers may take their answers for a shorter time. */
  readonly keep?: number | undefined
  readonly log?: Log | undefined
}

const NAME = /^[a-z][a-z\d-]{0,31}$/
const WEEK = 7 * 86_400_000

/** @throws TypeError, RangeError saying what would be right. */
export function checkOptions<Name extends string>(options: ClientsOptions<Name>) {
  const { callback, maxAdded = 0, keep = WEEK, client = {}, clientInfo, log = warn } = options
  const back = URL.parse(callback)
  if (back === null || !isPrivateWay(back) || back.hash !== '')
    throw new TypeError(
      'clients({ callback }) takes the URL of this application that browsers come back to, with https.',
    )
  if (!(keep > 0)) throw new RangeError(`keep must be more than 0; it is ${keep}.`)
  if (!Number.isSafeInteger(maxAdded) || maxAdded < 0)
    throw new RangeError(`maxAdded must be a whole number; it is ${maxAdded}.`)
  checkIdentity(client)
  const servers = new Map(
    Object.entries<ClientServer>(options.servers).map(([name, server]) => {
      checkName(name)
      checkIdentity(server.client ?? {})
      const url = URL.parse(server.url)
      if (url === null || !isPrivateWay(url) || url.username !== '' || url.password !== '')
        throw new TypeError(`The server "${name}" needs a URL with https, without credentials.`)
      return [name, { ...server, url: url.href }] as const
    }),
  )
  return { back, maxAdded, keep, client, clientInfo, log, servers }
}

export type Checked = ReturnType<typeof checkOptions>

/** @throws TypeError saying what would be right. */
export function checkName(name: string): void {
  if (!NAME.test(name))
    throw new TypeError(
      `A server needs a name of at most 32 small letters, digits and hyphens; got ${JSON.stringify(name).slice(0, 80)}.`,
    )
}

/**
 * An address that an owner chose: https and public, or anything on the machine of whoever develops on it. Never that of this application,
 * which could take its own request for one of somebody inside, nor that of a server of all.
 *
 * @throws SignInError `forbidden_address`, TypeError.
 */
export function checkAdded(address: string | URL, { back, servers }: Pick<Checked, 'back' | 'servers'>): string {
  const isLocal = back.protocol === 'http:'
  const url = checkAddress(String(address), 'a server', {
    server: isLocal ? back : new URL('https://host.invalid'),
    privateNetwork: false,
  })
  if (isApplication(url, back)) throw new TypeError('A server of your own choice is not this application.')
  // What holds there, such as which tools may be called, would not hold under another name.
  const there = [...servers.values()].map((each) => new URL(each.url)).find((each) => isSamePlace(each, url))
  if (there !== undefined) throw new TypeError(`There is a server at ${there.host}${there.pathname} already.`)
  return url.href
}

/** On the machine of a developer ports tell programs apart; behind a name in public, all may lead to one. */
export const isApplication = (url: URL, back: URL): boolean =>
  back.protocol === 'http:' ? url.host === back.host : nameOf(url) === nameOf(back)

/** A name with a dot behind it leads to the same machine. (RFC 3986 §3.2.2) */
const nameOf = ({ hostname }: URL): string => hostname.replace(/\.$/, '')

/** Addresses that many servers take for one are one. */
const isSamePlace = (one: URL, other: URL): boolean =>
  nameOf(one) === nameOf(other) && one.port === other.port && readPath(one) === readPath(other)

function readPath({ pathname }: URL): string {
  // A path may be malformed as text of another kind, and still be an address.
  const plain = pathname.replaceAll(/%[\da-f]{2}/gi, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)))
  return plain.replaceAll(/\/+/g, '/').replace(/\/$/, '')
}

const warn: Log = (entry) => console.warn(JSON.stringify(entry))
