import { describe, expect, it } from 'vitest'
import { createMemoryEvents } from './memory-events.ts'

const event = (sequence: number, message = 'm') => ({ sequence, message })

describe('events in memory', () => {
  it('are read from a place on, of one stream', () => {
    const events = createMemoryEvents()
    for (const sequence of [1, 2, 3]) void events.append('s', 1, event(sequence))
    void events.append('s', 2, event(1, 'other'))
    expect(events.readAfter('s', 1, 1)).toEqual([event(2), event(3)])
    expect(events.readAfter('s', 1, 3)).toEqual([])
    expect(events.readAfter('s 1', 1, 0)).toEqual([])
    expect(events.readAfter('t', 1, 0)).toEqual([])
  })

  it('are bounded together: the stream that was silent for longest goes first', () => {
    const events = createMemoryEvents({ maxLength: 3_000 })
    for (let stream = 1; stream <= 50; stream++) void events.append('s', stream, event(1, 'x'.repeat(900)))
    expect(events.readAfter('s', 47, 0)).toEqual([])
    expect(events.readAfter('s', 49, 0)).toHaveLength(1)
    void events.append('s', 51, event(1, 'x'.repeat(9_000)))
    expect([49, 50, 51].map((stream) => events.readAfter('s', stream, 0))).toEqual([[], [], []])
  })

  it('are kept for a while only', () => {
    let now = 0
    const events = createMemoryEvents({ maxAgeMs: 100, now: () => now })
    void events.append('s', 1, event(1))
    now = 101
    expect(events.readAfter('s', 1, 0)).toEqual([])
  })

  it('go with their session', () => {
    const events = createMemoryEvents()
    void events.append('s', 1, event(1))
    void events.append('t', 1, event(1))
    void events.forget('s')
    void events.forget('unknown')
    expect(events.readAfter('s', 1, 0)).toEqual([])
    expect(events.readAfter('t', 1, 0)).toHaveLength(1)
  })
})
