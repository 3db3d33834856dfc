import { expect, it } from 'vitest'
import { createRoom } from './sql.ts'

it('counts once for a thousand rows, and never lets more in than there is room for', () => {
  let rows = 500
  let counts = 0
  const hasRoom = createRoom(() => (counts++, rows), 2_700)
  const add = (): boolean => hasRoom() && ++rows > 0
  const added = Array.from({ length: 2_500 }, add).filter(Boolean).length
  expect([added, rows]).toEqual([2_200, 2_700])
  // Once for each thousand, and each time that it is full.
  expect(counts).toBe(3 + 300)
  rows -= 10
  expect(Array.from({ length: 20 }, add).filter(Boolean)).toHaveLength(10)
})
