import { describe, expect, it } from 'vitest'
import { createOutbox } from './outbox.ts'

/** An outbox whose pipe is full after the first write until `release`. */
function full() {
  const writes: string[] = []
  const pipe = Promise.withResolvers<void>()
  const outbox = createOutbox({
    write: (text) => {
      writes.push(text)
      return writes.length === 1 ? pipe.promise : undefined
    },
    defer: (flush) => flush(),
  })
  outbox.send('first')
  const release = async (): Promise<void> => {
    pipe.resolve()
    await outbox.drain()
  }
  return { outbox, writes, release }
}

describe('an outbox', () => {
  it('writes what is sent in one turn at once', async () => {
    const writes: string[] = []
    const outbox = createOutbox({ write: (text) => void writes.push(text) })
    outbox.send('1')
    outbox.send('2')
    expect(writes).toEqual([])
    await outbox.drain()
    expect(writes).toEqual(['1\n2\n'])
  })

  it('never breaks a message into two lines', async () => {
    const writes: string[] = []
    const outbox = createOutbox({ write: (text) => void writes.push(text) })
    outbox.send('{\n"a":1\r\n}')
    await outbox.drain()
    expect(writes[0]?.match(/[\r\n]/g)).toEqual(['\n'])
    expect(JSON.parse(writes[0] ?? '')).toEqual({ a: 1 })
  })

  it('does not build a string without limit', () => {
    const writes: string[] = []
    const outbox = createOutbox({ write: (text) => void writes.push(text) })
    for (let count = 0; count < 8; count++) outbox.send('x'.repeat(256 * 1024))
    expect(writes).toHaveLength(2)
  })

  it('holds everything back while the pipe is full, then writes it in order', async () => {
    const { outbox, writes, release } = full()
    outbox.send('a')
    outbox.offer('b')
    outbox.announce('c')
    expect(writes).toEqual(['first\n'])
    await release()
    expect(writes).toEqual(['first\n', 'a\nb\nc\n'])
  })

  // spec: progress-flood
  it('drops what can be missed once much waits', async () => {
    const { outbox, writes, release } = full()
    outbox.send('x'.repeat(1024 * 1024))
    outbox.offer('dropped')
    outbox.send('kept')
    await release()
    expect(writes.join('')).not.toContain('dropped')
    expect(writes.join('')).toContain('kept')
  })

  it('does not repeat news that still wait', async () => {
    const { outbox, writes, release } = full()
    for (let count = 0; count < 1000; count++) outbox.announce('changed')
    await release()
    outbox.announce('changed')
    await outbox.drain()
    expect(writes).toEqual(['first\n', 'changed\n', 'changed\n'])
  })
})
