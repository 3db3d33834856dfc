import { BlockList, isIP } from 'node:net'

/** Networks that are not the public internet, by the special-purpose address registries of IANA (RFC 6890). */
const PRIVATE_4 = `0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
  192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24
  203.0.113.0/24 224.0.0.0/4 240.0.0.0/4`
/**
 * Only 2000::/3 is public, and inside it not what tunnels to an IPv4 address (2001::/32, 2002::/16), benchmarks, documents
 * or is delegated to nobody. What maps or translates IPv4, such as ::ffff:0:0/96 and 64:ff9b::/96, lies outside of it.
 */
const PRIVATE_6 = '::/3 4000::/2 8000::/1 2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20'

/** Apart, because `BlockList` also holds an IPv4 address against the networks of IPv6 that map it. */
export interface Networks {
  readonly 4: BlockList
  readonly 6: BlockList
}

/** Networks by their CIDR notation, `10.1.0.0/16` or a single address. Throws a `TypeError` for anything else. */
export function networks(list: readonly string[]): Networks {
  const found: Networks = { 4: new BlockList(), 6: new BlockList() }
  for (const network of list) {
    const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(network) ?? []
    const family = isIP(address)
    if (family !== 4 && family !== 6) throw new TypeError(`Expected a network like 10.1.0.0/16, got ${network}`)
    const longest = family === 4 ? 32 : 128
    const prefix = Number(bits ?? longest)
    if (prefix > longest) throw new TypeError(`Expected ${longest} bits at most, got ${network}`)
    found[family].addSubnet(address, prefix, `ipv${family}`)
  }
  return found
}

const PRIVATE = networks(`${PRIVATE_4} ${PRIVATE_6}`.split(/\s+/))

/** Whether a connection to this address leaves for the public internet, or for a network that the operator allows. */
export function isPublicAddress(address: string, allowed?: Networks): boolean {
  const family = isIP(address)
  // One with a zone, such as fe80::1%eth0, is of a link and not of the internet.
  if ((family !== 4 && family !== 6) || address.includes('%')) return false
  const isIn = (list: Networks): boolean => list[family].check(address, `ipv${family}`)
  return !isIn(PRIVATE) || (allowed !== undefined && isIn(allowed))
}
