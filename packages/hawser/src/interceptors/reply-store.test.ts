import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createReplyStore, type KeptReply } from './reply-store.ts'

const reply = (text: string): KeptReply => ({
  text,
  method: 'resources/read',
  uri: undefined,
  names: new Set(),
  nextCursor: undefined,
  receivedAt: 0,
  ttlMs: 1,
})
const KEYS = ['a', 'bb', 'ccc', 'dddd']

it('never holds more than it may, and holds what was last put into it if that fits', () => {
  const step = fc.record({
    key: fc.constantFrom(...KEYS),
    length: fc.integer({ min: 0, max: 60 }),
    act: fc.constantFrom('set', 'set', 'get', 'delete', 'drop'),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), (steps, maxEntries) => {
      const store = createReplyStore(maxEntries, 150)
      for (const { key, length, act } of steps) {
        if (act === 'get') store.get(key)
        if (act === 'delete') store.delete(key)
        if (act === 'drop') store.drop(({ text }) => text.length > length)
        if (act !== 'set') continue
        store.set(key, reply('x'.repeat(length)))
        const size = 2 * (key.length + length)
        expect(store.get(key)?.text.length).toBe(size <= 150 ? length : undefined)
      }
      const held = KEYS.flatMap((key) => {
        const found = store.get(key)
        return found === undefined ? [] : [2 * (key.length + found.text.length)]
      })
      expect(held.length).toBeLessThanOrEqual(maxEntries)
      expect(held.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(150)
    }),
  )
})
