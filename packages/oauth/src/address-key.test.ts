import { describe, expect, it } from 'vitest'
import { placeOf } from './address-key.ts'
import { createWorld, post } from './fixtures/world.ts'

describe('the place of an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:a:b:c:d', '2001:db8:1:2'],
    ['2001:DB8:1:2::', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:db8::5:6:7:8:9', '2001:db8:0:5'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['unix:', 'unix:'],
    ['a name', 'a name'],
    ['', ''],
  ])('of %s is %s', (address, place) => {
    expect(placeOf(address)).toBe(place)
  })
})

it('counts all that one customer of a provider can have together', async () => {
  let next = 0
  const { oauth } = createWorld({ clientAddress: () => `2001:db8:1:2::${(next++).toString(16)}` })
  const statuses = new Set<number>()
  for (let at = 0; at < 62; at++) {
    statuses.add((await post(oauth, '/token', { grant_type: 'refresh_token', client_id: `nobody-${at}` })).status)
  }
  expect([...statuses]).toEqual([401, 429])
})
