import { BlockList, isIPv4 } from 'node:net'
import type { Reach } from '../../auth/client/index.ts'

/** Addresses that lead to this machine, to the link it is on, or nowhere. (IANA special-purpose registries) */
const LINK = createList(
  ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3'],
  ['::/96', '::ffff:0:0/96', 'fe80::/10', 'ff00::/8', '64:ff9b::/96', '64:ff9b:1::/48', 'fd00:ec2::254/128'],
)

/** Networks that are not of the public. */
const PRIVATE = createList(
  [
    '10.0.0.0/8',
    '100.64.0.0/10',
    '172.16.0.0/12',
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.88.99.0/24',
    '192.168.0.0/16',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
  ],
  // All but global unicast; and of that what carries an address of the other kind inside, or is for examples.
  ['::/3', '4000::/2', '8000::/1', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'],
)

/** One list for each protocol: in a common one, an address of the one also counts as its form in the other. */
function createList(four: readonly string[], six: readonly string[]): Readonly<Record<'ipv4' | 'ipv6', BlockList>> {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() }
  const add = (type: 'ipv4' | 'ipv6') => (network: string) => {
    const [address = '', bits] = network.split('/')
    lists[type].addSubnet(address, Number(bits), type)
  }
  four.forEach(add('ipv4'))
  six.forEach(add('ipv6'))
  return lists
}

/**
 * Whether an address may be connected to.
 *
 * @example mayConnect('169.254.169.254', 'private') // false
 */
export function mayConnect(address: string, reach: Reach): boolean {
  if (reach === 'any') return true
  const type = isIPv4(address) ? 'ipv4' : 'ipv6'
  return !LINK[type].check(address, type) && (reach === 'private' || !PRIVATE[type].check(address, type))
}
