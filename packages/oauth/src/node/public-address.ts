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

/** Networks by their CIDR notation, `10.1.0.0/16` or a single address. Throws a `TypeError` for anything else. */
export function networks(list: readonly string[]): BlockList {
  const found = new BlockList()
  for (const network of list) {
    const [address = '', bits] = network.split('/')
    const family = isIP(address)
    const prefix = bits === undefined ? (family === 4 ? 32 : 128) : Number(bits)
    if (family === 0 || !/^\d{0,3}$/.test(bits ?? '')) throw new TypeError(`Expected a network like 10.1.0.0/16, got ${network}`)
    found.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6')
  }
  return found
}

const PRIVATE = networks(`${PRIVATE_4} ${PRIVATE_6}`.split(/\s+/))

/** Whether a list of networks has this address; an address that nobody can read, such as `fe80::1%eth0`, counts as `unreadable`. */
const has = (list: BlockList, address: string, unreadable: boolean): boolean => {
  const family = isIP(address)
  if (family === 0 || address.includes('%')) return unreadable
  return list.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

/** Whether a connection to this address leaves for the public internet, or for a network that the operator allows. */
export const isPublicAddress = (address: string, allowed?: BlockList): boolean =>
  !has(PRIVATE, address, true) || (allowed !== undefined && has(allowed, address, false))
