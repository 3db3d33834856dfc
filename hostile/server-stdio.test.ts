import { describe, expect, it } from 'vitest'
import { attackLines, type LineAttacker, type Message } from './attackers/lines.ts'
import { callTool, echo, listen } from './attackers/requests.ts'
import { mebibytes, repeat } from './attackers/say.ts'
import { startServer, type Victim } from './start-victim.ts'

const line = (text: string): string => `${text}\n`

interface Scene extends LineAttacker {
  /** What the server has grown by, in MiB. */
  readonly growth: () => Promise<number>
  /** Reads until the message with an id. */
  readonly until: (id: number) => Promise<readonly Message[]>
}

async function onStage(act: (scene: Scene) => Promise<void>): Promise<void> {
  await using victim: Victim = await startServer('server-stdio')
  const attacker = attackLines(victim)
  await act({
    ...attacker,
    growth: async () => (await victim.peak()) - Number(victim.first),
    until: async (id) => {
      const messages: Message[] = []
      for (;;) {
        const message = await attacker.next()
        messages.push(message)
        if (message.id === id) return messages
      }
    },
  })
}

/** What a server may grow by under an attack, in MiB; what is read is freed a little later. */
const BOUND = 128

/** The last answer says that the server still serves. */
const LAST = 4711
const fine = { id: LAST, result: { content: [{ text: `said ${LAST}` }] } }

const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)

describe.concurrent('a server on the standard streams, when a client', () => {
  it.each<[what: string, error: RegExp, chunks: () => Iterable<string | Uint8Array>]>([
    ['writes a line of 200 MB', /too long: at most 4194304 bytes/, () => mebibytes(200)],
    [
      'nests a request 200 000 deep',
      /too many levels: at most 200/,
      () => [`{"jsonrpc":"2.0","id":1,"method":"x","params":{"x":${deep(200_000)}}}`],
    ],
    [
      'puts a million values into a request',
      /too many values: at most 100000/,
      () => [`{"jsonrpc":"2.0","id":1,"method":"x","params":{"x":[0${',0'.repeat(1_000_000)}]}}`],
    ],
    ['writes bytes that are no text', /not UTF-8/, () => [Uint8Array.of(0xff, 0xfe, 0xfd)]],
    ['writes what is no JSON', /not valid JSON/, () => ['{"jsonrpc":"2.0",']],
  ])('%s, names the limit and goes on', async (_, error, chunks) => {
    await onStage(async ({ pour, until, growth }) => {
      await pour([...chunks(), '\n', line(echo(LAST))])
      const [refusal, answer, ...rest] = await until(LAST)
      expect(refusal?.error?.message).toMatch(error)
      expect([answer, rest]).toMatchObject([fine, []])
      expect(await growth()).toBeLessThan(BOUND)
    })
  })

  it.each<[what: string, flood: string]>([
    ['answers what it was not asked', line('{"jsonrpc":"2.0","id":7,"result":{}}')],
    ['refuses what it was not asked', line('{"jsonrpc":"2.0","id":7,"error":{"code":1,"message":"no"}}')],
    [
      'cancels what it has not asked',
      line('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}'),
    ],
    [
      'reports progress of nothing',
      line('{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":7,"progress":1}}'),
    ],
    ['writes empty lines', '\n'.repeat(64)],
  ])('%s half a million times, answers the rest', async (_, flood) => {
    await onStage(async ({ pour, until, growth }) => {
      await pour([...repeat(flood.repeat(1000), 500), line(echo(LAST))])
      expect(await until(LAST)).toMatchObject([fine])
      expect(await growth()).toBeLessThan(BOUND)
    })
  })

  it('writes 200 000 requests and does not read, stops reading as well, and loses nothing', async () => {
    await onStage(async ({ pour, next, growth }) => {
      const count = 200_000
      const requests = function* () {
        for (let id = 1; id <= count; id += 1000) {
          yield Array.from({ length: 1000 }, (_, offset) => line(echo(id + offset))).join('')
        }
      }
      const written = pour(requests())
      const early = await Promise.race([written.then(() => 'all'), quiet()])
      expect(early).toBe('held')
      expect(await growth()).toBeLessThan(BOUND)
      const seen = new Set<unknown>()
      while (seen.size < count) {
        const { id, result } = await next()
        expect(result?.content?.[0]?.text).toBe(`said ${id}`)
        seen.add(id)
      }
      await written
    })
  })

  it('takes more subscriptions than there are, is told how many there are', async () => {
    await onStage(async ({ pour, until, growth }) => {
      const last = 1500
      const written = pour(Array.from({ length: last }, (_, index) => line(listen(index + 1))))
      const refused = (await until(last)).filter(({ error }) => error !== undefined)
      await written
      expect(refused).toHaveLength(last - 1024)
      for (const { error } of refused) expect(error?.message).toMatch(/at most 1024/)
      const leave = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}'
      await pour([line(leave)])
      // A place is free when what held it has stopped, which takes a moment.
      let answer: Message | undefined
      for (let id = LAST; answer?.result === undefined && id < LAST + 100; id++) {
        await pour([line(echo(id))])
        answer = (await until(id)).at(-1)
      }
      expect(answer).toHaveProperty('result')
      expect(await growth()).toBeLessThan(256)
    })
  })

  it('listens and does not read what changes, is held to a bound', async () => {
    await onStage(async ({ pour, growth }) => {
      await pour([line(listen(1)), ...Array.from({ length: 20 }, (_, id) => line(callTool(100 + id, 'flood')))])
      await quiet()
      expect(await growth()).toBeLessThan(BOUND)
    })
  })

  it.each([
    ['leaves during a call', line(callTool(1, 'hang'))],
    ['leaves in the middle of a message', echo(1).slice(0, -20)],
    ['leaves with subscriptions open', line(listen(1))],
  ])('%s, ends as well', async (_, text) => {
    await onStage(async ({ pour, endInput, ended }) => {
      await pour([text])
      endInput()
      const start = performance.now()
      expect(await ended).toBe(0)
      expect(performance.now() - start).toBeLessThan(4_000)
    })
  })
})

/** Long enough for whatever is going to happen to have happened. */
const quiet = (): Promise<string> => new Promise((resolve) => setTimeout(resolve, 2_000, 'held'))
