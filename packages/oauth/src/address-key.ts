import type { Core } from './core.ts'

/** Nothing of an address is stored but this. It is the same for all that one place on the network can have. */
export const addressKey = ({ digest }: Pick<Core, 'digest'>, address: string): Promise<string> =>
  digest('address', placeOf(address))

/**
 * An address by which requests are counted: of IPv6 its first 64 bits, since whoever has one address has all with these. (RFC 6177 section 2)
 * What is no address stays as it is.
 *
 * @example placeOf('2001:db8:1:2:a:b:c:d') // '2001:db8:1:2'
 * @example placeOf('::ffff:192.0.2.7') // '192.0.2.7'
 */
export function placeOf(address: string): string {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? []
  if (mapped !== undefined) return mapped
  if (!address.includes(':') || !URL.canParse(`http://[${address}]`)) return address
  const { hostname } = new URL(`http://[${address}]`)
  const [front = '', back = ''] = hostname.slice(1, -1).split('::')
  const groups = (text: string): readonly string[] => (text === '' ? [] : text.split(':'))
  const left = groups(front)
  const zeros = Array.from({ length: 8 - left.length - groups(back).length }, () => '0')
  return [...left, ...(hostname.includes('::') ? zeros : []), ...groups(back)].slice(0, 4).join(':')
}
