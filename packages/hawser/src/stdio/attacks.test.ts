import { describe, expect, it } from 'vitest'
import type { LogEntry } from '../call/index.ts'
import { memoryChanges } from '../server/changes.ts'
import { createServer } from '../server/create-server.ts'
import { definers } from '../server/definitions.ts'
import { callTool, cancel, request } from './fixtures/messages.ts'
import { startLines } from './fixtures/start-lines.ts'
import type { TinyService } from './fixtures/tiny-service.ts'
import type { ServeLinesOptions } from './serve.ts'

const { tool } = definers
const reads = { description: 'Reads.', effect: 'read' } as const
const hostile = (): never => {
  throw new Error('secret of a trap')
}

/** A real server behind lines, with gates that a test opens. */
function start(options: Partial<ServeLinesOptions> = {}) {
  const entries: LogEntry[] = []
  const gates: (() => void)[] = []
  const signals: AbortSignal[] = []
  const waits = tool({
    ...reads,
    run: (_, { signal }) => {
      signals.push(signal)
      return new Promise<string>((resolve) => gates.push(() => resolve('waited')))
    },
  })
  const flood = tool({
    ...reads,
    run: async (_, { progress }) => {
      for (let done = 1; done <= 100_000; done++) progress(done)
      return 'flooded'
    },
  })
  const server = createServer(
    { name: 'target', version: '1', log: (entry) => void entries.push(entry), changes: memoryChanges() },
    {
      tools: {
        echo: tool({ ...reads, run: () => 'fine' }),
        soon: tool({ ...reads, run: () => Promise.resolve('fine') }),
        waits,
        flood,
        bare: tool({ ...reads, run: () => Promise.reject(Object.create(null) as Error) }),
        trap: tool({
          ...reads,
          run: () => new Proxy({}, { get: hostile, has: hostile, getPrototypeOf: hostile }) as '',
        }),
      },
      resources: {
        bare: definers.resource({ uri: 'bare://{id}', read: () => Promise.reject(Object.create(null) as Error) }),
      },
    },
  )
  const lines = startLines(options, { ...server, entries, aborted: [] } satisfies TinyService)
  const ids = (): readonly unknown[] => lines.messages().map(({ id }) => id)
  return { ...lines, entries, gates, signals, ids }
}

const echo = (id: string | number): string => callTool(id, 'echo')

describe('input', () => {
  it.each<[what: string, bytes: string | Uint8Array, answers: readonly unknown[]]>([
    ['ends its lines like Windows', echo(1).replace('\n', '\r\n'), [1]],
    ['begins with a byte order mark', `\uFEFF${echo(1)}${echo(2)}`, [undefined, 2]],
    ['holds a NUL', `\0${echo(1)}${echo(2)}`, [undefined, 2]],
    ['holds a NUL in a string', echo('\0'), ['\0']],
    ['holds half a character, escaped', echo('\ud800'), ['\ud800']],
    ['separates messages by CR alone', echo(1).replace('\n', '\r') + echo(2), [undefined]],
    ['separates messages by U+2028', echo(1).replace('\n', '\u2028') + echo(2), [undefined]],
    ['holds a message on two lines', echo(1).replace('"params"', '\n"params"') + echo(2), [undefined, undefined, 2]],
    ['holds two messages on one line', echo(1).replace('\n', ' ') + echo(2) + echo(3), [undefined, 3]],
    [
      'holds 2 million values',
      callTool(1, 'echo').replace('"arguments":{}', `"arguments":{"a":[${'0,'.repeat(1_900_000)}0]}`) + echo(2),
      [undefined, 2],
    ],
    ['is a flood of empty lines', '\n'.repeat(1_000_000) + echo(1), [1]],
    [
      'is binary',
      Uint8Array.from({ length: 65_536 }, (_, index) => (index * 7919) % 251).map((byte) => (byte === 10 ? 11 : byte)),
      [undefined],
    ],
  ])('that %s is answered line by line', async (_, bytes, answers) => {
    const { push, until, ids } = start()
    push(bytes)
    push(`\n${echo('last')}`)
    await until(answers.length + 1)
    expect(new Set([...ids()].filter((id) => id !== undefined))).toEqual(
      new Set([...answers.filter((id) => id !== undefined), 'last']),
    )
  })

  it('of more requests than may run is refused request by request, and nothing is lost', async () => {
    const { push, until, messages } = start()
    const all = Array.from({ length: 3_000 }, (_, index) => index)
    push(all.map((id) => callTool(id, 'soon')).join(''))
    await until(all.length)
    expect(new Set(messages().map(({ id }) => id))).toEqual(new Set(all))
    expect(messages().filter(({ result }) => result !== undefined)).toHaveLength(1024)
    push(echo('later'))
    expect((await until(all.length + 1)).at(-1)).toMatchObject({ id: 'later', result: {} })
  })
})

describe('ids', () => {
  it('that look alike are told apart', async () => {
    const { push, until, ids } = start()
    const alike = [
      1,
      '1',
      '1.0',
      ' 1',
      '',
      '0',
      0,
      '__proto__',
      'constructor',
      's1',
      's',
      2 ** 53 - 1,
      `${2 ** 53 - 1}`,
    ]
    push(alike.map(echo).join(''))
    await until(alike.length)
    expect(new Set(ids())).toEqual(new Set(alike))
  })

  it('of requests in flight are taken once, in any spelling', async () => {
    const { push, until, gates } = start()
    push(callTool(10, 'waits'))
    for (const spelling of ['10', '10.0', '1e1', '100e-1'])
      push(callTool(10, 'echo').replace('"id":10', `"id":${spelling}`))
    expect(await until(4)).toEqual(
      Array(4).fill(expect.objectContaining({ id: 10, error: expect.anything() as object })),
    )
    gates[0]?.()
    expect((await until(5)).at(-1)).toMatchObject({ id: 10, result: { content: [{ text: 'waited' }] } })
  })
})

// basic/patterns/cancellation#timing-considerations
describe('a cancellation', () => {
  it.each([
    ['ahead of its request', cancel(1) + callTool(1, 'echo'), [1]],
    ['in the same chunk as its request', callTool(1, 'waits') + cancel(1), []],
    ['twice', callTool(1, 'waits') + cancel(1) + cancel(1), []],
    ['of an id of another type', callTool(1, 'echo') + cancel('1'), [1]],
    ['of the name that every object has', callTool('__proto__', 'echo') + cancel('constructor'), ['__proto__']],
    [
      'of what is no id',
      callTool(1, 'echo') + [null, {}, [], [1], true, 1.5, 1e300, ''].map((id) => cancel(id)).join(''),
      [1],
    ],
    ['of megabytes', callTool(1, 'echo') + cancel('x'.repeat(1_000_000), 'y'.repeat(1_000_000)), [1]],
    ['with a reason that is none', callTool(1, 'waits') + cancel(1, { toString: null }), []],
    [
      'of its own line',
      `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'notifications/cancelled', params: { requestId: 1 } })}\n`,
      [1],
    ],
  ])('%s harms nothing', async (_, bytes, answered) => {
    const { push, until, ids, entries } = start()
    push(bytes + echo('last'))
    await until(answered.length + 1)
    expect(new Set(ids())).toEqual(new Set([...answered, 'last']))
    expect(entries.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('gives the id to the next request, whose answer is its own', async () => {
    const { push, until, gates, signals } = start()
    for (let round = 0; round < 5; round++) push(callTool(1, 'waits') + cancel(1))
    push(callTool(1, 'waits'))
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true, true, true, false])
    for (const open of gates) open()
    push(echo('last'))
    const answers = await until(2)
    expect(new Set(answers.map(({ id }) => id))).toEqual(new Set([1, 'last']))
  })

  it('of a subscription is the last that is heard of it', async () => {
    const { push, until, server } = start()
    push(request(1, 'subscriptions/listen', { notifications: { toolsListChanged: true } }))
    await until(1)
    push(cancel(1) + cancel(1) + echo('last'))
    await until(2)
    await server.end()
    expect((await until(2)).map(({ id, method }) => id ?? method)).toEqual([
      'notifications/subscriptions/acknowledged',
      'last',
    ])
  })
})

describe('a handler', () => {
  it('that throws or returns what has no text is answered with a reference', async () => {
    const { push, until, entries } = start()
    push(callTool(1, 'bare') + callTool(2, 'trap') + request(3, 'resources/read', { uri: 'bare://1' }) + echo('last'))
    const messages = await until(4)
    const text = JSON.stringify(messages)
    expect(text.match(/Internal error \(ref \w{6}\)/g)).toHaveLength(3)
    expect(text).not.toContain('secret')
    expect(entries).toHaveLength(3)
  })

  it('that floods a client who does not read is held to a bound', async () => {
    let written = 0
    let resume = (): void => {}
    const { push, server } = start({
      write: (text) => {
        written += text.length
        return new Promise<void>((resolve) => (resume = resolve))
      },
    })
    push(callTool(1, 'flood', {}, { progressToken: 'x'.repeat(256) }))
    await new Promise(setImmediate)
    const first = written
    resume()
    await new Promise(setImmediate)
    expect(written - first).toBeLessThan(2 * 1024 * 1024 + 65_536)
    resume()
    await server.end()
  })
})
