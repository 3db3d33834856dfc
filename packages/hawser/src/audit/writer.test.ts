import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LogEntry } from '../call/index.ts'
import { KEY, record } from './fixtures/record.ts'
import { createGap } from './gap.ts'
import { createAuditKeys } from './keys.ts'
import type { AuditSink } from './sink.ts'
import { createWriter } from './writer.ts'

/** A sink as one that leads out of a Worker: each call ends when the test says so, or never, and records may come again. */
function open(maxWaiting = 100) {
  const calls: { readonly ids: readonly string[]; readonly end: () => void; readonly fail: () => void }[] = []
  const sink: AuditSink = {
    isIdempotent: true,
    append: (records) =>
      new Promise((resolve, reject) =>
        calls.push({ ids: records.map(({ id }) => id), end: resolve, fail: () => reject(new Error('down')) }),
      ),
  }
  const entries: LogEntry[] = []
  const writer = createWriter({
    sink,
    keys: createAuditKeys(KEY),
    maxWaiting,
    maxChars: 1e6,
    describeGap: (lost) => createGap(lost, 'notes'),
    log: (entry) => void entries.push(entry),
  })
  const called = (times: number): Promise<void> => vi.waitFor(() => expect(calls).toHaveLength(times))
  const add = (...ids: readonly string[]): void => ids.forEach((id) => void writer.add({ record: record(id) }))
  return { writer, calls, called, add, entries, idsOf: () => calls.map(({ ids }) => ids.join(' ')) }
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
afterEach(() => void vi.useRealTimers())

describe('a writer before a sink that takes records again', () => {
  it('has each invocation hand over what waits, and wait for no other', async () => {
    const { writer, calls, called, add, idsOf } = open()
    add('a')
    const first = writer.flush()
    await called(1)
    add('b')
    const second = writer.flush()
    await called(2)
    const third = writer.write({ record: record('c') })
    await called(3)
    expect(idsOf()).toEqual(['a', 'b', 'c'])
    calls[1]?.end()
    calls[2]?.end()
    await Promise.all([second, third])
    calls[0]?.end()
    await first
  })

  it('hands over again what an invocation held that was ended, and counts its room once', async () => {
    const { writer, calls, called, add, idsOf } = open(3)
    add('a', 'b')
    void writer.flush()
    await called(1)
    vi.setSystemTime(Date.now() + 59_000)
    await writer.flush()
    expect(idsOf()).toEqual(['a b'])
    vi.setSystemTime(Date.now() + 1_000)
    add('c')
    const again = writer.flush()
    await called(2)
    expect(idsOf()).toEqual(['a b', 'a b c'])
    // The first was only slow.
    calls[0]?.end()
    calls[1]?.end()
    await again
    expect([writer.add({ record: record('d') }), writer.add({ record: record('e') })]).toEqual([true, true])
    expect([writer.add({ record: record('f') }), writer.add({ record: record('g') })]).toEqual([true, false])
  })

  it('tells whoever waits for a record what became of it, and does not write it later', async () => {
    const { writer, calls, called, add, idsOf } = open()
    add('a')
    const written = writer.write({ record: record('b') })
    await called(1)
    calls[0]?.fail()
    await expect(written).rejects.toThrow('down')
    void writer.flush()
    await called(2)
    expect(idsOf()).toEqual(['a b', 'a'])
  })

  it('says how many had no room in one record, however often it is tried', async () => {
    const { writer, calls, called, add, idsOf, entries } = open(1)
    add('a', 'b')
    void writer.flush()
    await called(1)
    calls[0]?.fail()
    await vi.waitFor(() => expect(entries).toHaveLength(1))
    add('c')
    void writer.flush()
    await called(2)
    expect(calls[1]?.ids).toEqual(calls[0]?.ids)
    calls[1]?.end()
    await vi.waitFor(() => expect(entries).toHaveLength(2))
    expect(entries[1]?.message).toBe('The audit log is written again; 1 records were lost.')
    add('d')
    void writer.flush()
    await called(3)
    // What was lost since is told by another.
    expect(idsOf()[2]).toMatch(/^d \S+$/)
  })

  it('goes on when the timer of an invocation that was ended never rings', async () => {
    const { called, add, idsOf } = open()
    add('a')
    vi.clearAllTimers()
    vi.setSystemTime(Date.now() + 2_000)
    add('b')
    await vi.advanceTimersByTimeAsync(20)
    await called(1)
    expect(idsOf()).toEqual(['a b'])
  })

  it('is closed when all of them were answered', async () => {
    const { writer, calls, called, add } = open()
    add('a')
    void writer.flush()
    await called(1)
    let isClosed = false
    const closed = writer.close().then(() => (isClosed = true))
    await vi.advanceTimersByTimeAsync(10)
    expect(isClosed).toBe(false)
    calls[0]?.end()
    await closed
  })
})
