import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Call, Reply } from '../call/index.ts'
import { callTool, cancel, textResult } from './fixtures/messages.ts'
import { encoder, startLines as start } from './fixtures/start-lines.ts'
import { createTinyService, type TinyService } from './fixtures/tiny-service.ts'
import { serveLines } from './serve.ts'

const text = (words: string): Reply => ({ content: [{ type: 'text', text: words }] })

/** As behind interceptors: every answer is a promise. */
const later = (service: TinyService): TinyService => ({ ...service, handle: (call) => service.handle(call) })

afterEach(() => {
  vi.restoreAllMocks()
})

describe('an answer that is there at once', () => {
  it('is written before the chunk that asked for it has been dealt with by anybody else', () => {
    const { server, push, messages } = start()
    push(callTool(1, 'echo', { value: 'now' }))
    expect(messages()).toEqual([textResult(1, 'now')])
    expect(server.inFlight).toBe(0)
  })

  it('comes after its own notifications, which leave in the same write', () => {
    const { push, messages, writes } = start()
    push(callTool(1, 'progress', {}, { progressToken: 't' }) + callTool(2, 'echo', { value: 'b' }))
    expect(messages().map(({ id, method }) => id ?? method)).toEqual([
      'notifications/progress',
      'notifications/progress',
      1,
      2,
    ])
    expect(writes).toHaveLength(1)
  })

  it('is not waited for by one that takes longer', async () => {
    const { push, messages, until } = start()
    push(callTool(1, 'wait', { gate: 'a', value: 'slow' }) + callTool(2, 'echo', { value: 'fast' }))
    await until(1)
    push(callTool(3, 'open', { gate: 'a' }))
    await until(3)
    expect(messages().map(({ id }) => id)).toEqual([2, 3, 1])
  })

  it('is the last that is heard of its request', async () => {
    let notify: Call['notify'] | undefined
    const tools = { leak: (_: object, call: Call) => ((notify = call.notify), text('done')) }
    const { push, messages } = start({}, createTinyService(tools))
    push(callTool(1, 'leak') + cancel(1))
    notify?.({ method: 'notifications/progress', params: { progressToken: 1, progress: 1 } })
    await Promise.resolve()
    expect(messages()).toEqual([textResult(1, 'done')])
  })

  it('takes no place among those that run at once, and frees its id for the next line', () => {
    const { push, messages } = start({ maxInFlight: 1 })
    push(callTool(1, 'echo', { value: 'a' }) + callTool(1, 'echo', { value: 'b' }) + callTool(1, 'throw'))
    expect(messages()).toMatchObject([textResult(1, 'a'), textResult(1, 'b'), { id: 1, error: { code: -32603 } }])
  })

  it('is not lost with the one beside it that cannot be written', () => {
    const { push, messages } = start()
    push(callTool(1, 'bigint') + callTool(2, 'echo', { value: 'fine' }) + callTool(3, 'cycle'))
    expect(messages().map(({ id, error }) => [id, error?.code])).toEqual([
      [1, -32603],
      [2, undefined],
      [3, -32603],
    ])
  })

  it('may make its own transport take more input meanwhile', () => {
    const inner = callTool(2, 'echo', { value: 'inner' })
    const tools = { again: () => (push(inner), text('outer')) }
    const { push, messages } = start({}, createTinyService(tools))
    push(callTool(1, 'again') + callTool(3, 'echo', { value: 'after' }))
    expect(messages()).toEqual([textResult(2, 'inner'), textResult(1, 'outer'), textResult(3, 'after')])
  })
})

describe('an answer that is a promise', () => {
  it.each(['throw', 'bigint', 'cycle', 'nothing', 'badData', 'refuse'])(
    'is the same when the tool %s would have answered at once',
    async (name) => {
      const [atOnce, promised] = [start(), start({}, later(createTinyService()))]
      for (const { push } of [atOnce, promised]) push(callTool(1, name))
      const plain = JSON.stringify([await atOnce.until(1), await promised.until(1)]).replaceAll(/ref \w+/g, 'ref')
      const [one, other] = JSON.parse(plain) as unknown[]
      expect(other).toEqual(one)
    },
  )
})

it('is not held back by a log that fails', () => {
  const entries: unknown[] = []
  vi.spyOn(console, 'error').mockImplementation((line) => void entries.push(line))
  vi.spyOn(console, 'warn').mockImplementation((line) => void entries.push(line))
  const service: TinyService = {
    ...createTinyService(),
    log: () => {
      throw new Error('disk full')
    },
  }
  const { push, messages } = start({}, service)
  push(callTool(1, 'throw') + callTool(2, 'hang') + cancel(2, 'enough') + callTool(3, 'echo', { value: 'fine' }))
  expect(messages()).toMatchObject([{ id: 1, error: { code: -32603 } }, { id: 3 }])
  expect(entries).toEqual([expect.stringContaining('the secret'), expect.stringContaining('enough')])
})

it('goes on after a chunk whose reading failed', () => {
  const written: string[] = []
  const lineFallback = () => ({
    receive: () => {
      throw new Error('a defect of the fallback')
    },
    end: async () => {},
    close: () => {},
  })
  const { push } = serveLines({ ...createTinyService(), lineFallback }, { write: (line) => void written.push(line) })
  expect(() => push(encoder.encode('{"jsonrpc":"2.0","id":1,"method":"older"}\n'))).toThrow('a defect')
  push(encoder.encode(callTool(2, 'echo', { value: 'fine' })))
  expect(written).toHaveLength(1)
})
