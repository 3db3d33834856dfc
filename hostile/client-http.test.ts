import { Buffer } from 'node:buffer'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import {
  answer,
  event,
  events,
  type HttpAttacker,
  json,
  MIB,
  pour,
  repeat,
  type Say,
  startHttpAttacker,
} from './attackers/http.ts'
import { expectUnharmed } from './expect-unharmed.ts'
import { attackClient } from './start-victim.ts'
import type { ClientReport, ClientTask } from './victims/task.ts'

async function suffer(say: Say, task: Partial<ClientTask> = {}): Promise<ClientReport> {
  await using attacker = await startHttpAttacker(say)
  return await attackClient({ target: attacker.url, ask: 'call', timeout: 2_000, maxTimeout: 5_000, ...task })
}

const outcome = ({ answer: said, error }: ClientReport): string => said ?? `${error?.code}: ${error?.message}`

const LARGE_BODY = 'bad_reply: Expected an answer in UTF-8 of at most 16777216 bytes, got one that is larger.'
const LARGE_EVENT = 'bad_reply: Expected events of at most 16777216 bytes, got a larger one.'
/** For what must end by itself, however busy the machine is. (milliseconds) */
const PATIENT = { timeout: 30_000, maxTimeout: 30_000 }
const LATE = 'timeout: tools/call was neither answered nor reported progress within 2 s.'

const CHUNKED = 'transfer-encoding: chunked'
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`
/** Two hundred megabytes of zeros in two hundred kilobytes. */
const bomb = gzipSync(Buffer.concat(Array<Buffer>(200).fill(MIB('0'))))

/** An answer that holds something out of proportion. */
const answerWith = (id: number, more: string): string =>
  `{"jsonrpc":"2.0","id":${id},"result":{"resultType":"complete","content":[],"x":${more}}}`

const progress = (progressToken: unknown): string =>
  event(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken, progress: 1 } }))

describe.concurrent('a client, when a server over HTTP', () => {
  it.each<[what: string, error: string, say: Say]>([
    ['never ends its answer', LARGE_BODY, (to) => pour(to, endless(json(), MIB()))],
    ['declares an answer of 200 MB', LARGE_BODY, (to) => pour(to, endless(json('content-length: 209715200'), MIB()))],
    ['compresses 200 MB', LARGE_BODY, (to) => pour(to, [json('content-encoding: gzip'), bomb])],
    ['compresses 200 MB twice', LARGE_BODY, (to) => pour(to, [json('content-encoding: gzip, gzip'), gzipSync(bomb)])],
    ['compresses events of 200 MB', LARGE_EVENT, (to) => pour(to, [events('content-encoding: gzip'), bomb])],
    ['sends a line of an event without end', LARGE_EVENT, (to) => pour(to, endless(`${events()}data: `, MIB()))],
    [
      'sends lines of one event without end',
      LARGE_EVENT,
      (to) => pour(to, endless(events(), MIB('data:xxxxxxxxxxxxxxxx\n'))),
    ],
  ])('%s, names the limit', async (_, error, say) => {
    const report = await suffer(say, PATIENT)
    expect(outcome(report)).toBe(error)
    expectUnharmed(report, 192)
  })

  it.each<[what: string, error: RegExp, say: Say]>([
    [
      'nests an answer 200 000 deep',
      /too many levels: at most 200/,
      (to, { id }) => pour(to, [json(), answerWith(id, '['.repeat(200_000) + ']'.repeat(200_000))]),
    ],
    [
      'puts 5 million values into an answer',
      /too many values: at most 1000000/,
      (to, { id }) => pour(to, [json(), answerWith(id, `[0${',{}'.repeat(5_000_000)}]`)]),
    ],
    [
      'puts 5 million values into an event',
      /too many values: at most 1000000/,
      (to, { id }) => pour(to, [events(), event(answerWith(id, `[0${',{}'.repeat(5_000_000)}]`))]),
    ],
    ['answers another request', /the id of another request/, (to, { id }) => pour(to, [json(), answer(id + 1)])],
    [
      'answers another request in a stream',
      /the id of another request/,
      (to, { id }) => pour(to, [events(), event(answer(id + 1)), event(answer(id))]),
    ],
    [
      'asks instead of answering',
      /got a request/,
      (to) => pour(to, [events(), event('{"jsonrpc":"2.0","id":1,"method":"roots/list"}')]),
    ],
  ])('%s, says so', async (_, error, say) => {
    const report = await suffer(say, PATIENT)
    expect(report.error).toMatchObject({ name: 'ConnectionError', code: 'bad_reply' })
    expect(report.error?.message).toMatch(error)
    expectUnharmed(report)
  })

  it.each<[what: string, say: Say]>([
    ['sends half a head', (to) => to.write('HTTP/1.1 200 OK\r\ncontent-ty')],
    ['sends half a body', (to, { id }) => to.write(json() + answer(id).slice(0, 20))],
    ['sends half an event', (to, { id }) => to.write((events() + event(answer(id))).slice(0, -20))],
    ['sends a body byte by byte', (to) => pour(to, endless(json(), ' '), 50)],
    ['sends a comment now and then', (to) => pour(to, endless(events(), ':\n'), 50)],
    ['sends comments for ever', (to) => pour(to, endless(events(), MIB(':x\n\n')))],
    ['sends events for ever that are no messages', (to) => pour(to, endless(events(), MIB('event:x\ndata:y\n\n')))],
    ['promises an answer for ever', (to) => pour(to, repeat('HTTP/1.1 102 Processing\r\n\r\n'.repeat(1_000)))],
    ['sends chunks of one byte for ever', (to) => pour(to, endless(json(CHUNKED), chunk(' ').repeat(10_000)))],
  ])('%s, gives the call up in time', async (_, say) => {
    const report = await suffer(say)
    expect(outcome(report)).toBe(LATE)
    expectUnharmed(report, 192)
  })

  it('reports progress for ever, gives the call up when its whole time is over', async () => {
    const report = await suffer((to, { token }) => pour(to, endless(events(), progress(token).repeat(500))))
    expect(outcome(report)).toBe('timeout: tools/call was not answered within 5 s.')
    expectUnharmed(report)
  })

  it.each<[what: string, error: RegExp, say: Say]>([
    [
      'sends headers without end',
      /HEADER_OVERFLOW/,
      (to) => pour(to, endless('HTTP/1.1 200 OK\r\n', 'x-flood: y\r\n'.repeat(1_000))),
    ],
    ['sends one header without end', /HEADER_OVERFLOW/, (to) => pour(to, endless('HTTP/1.1 200 OK\r\nx: ', MIB()))],
    [
      'closes the connection in the middle of a stream',
      /ended the stream/,
      (to, { token }) => to.end(events() + progress(token)),
    ],
    ['sends the extension of a chunk for ever', /broke off/, (to) => pour(to, endless(`${json(CHUNKED)}1;x=`, MIB()))],
    ['breaks the connection off', /./, (to) => to.resetAndDestroy()],
    ['speaks another protocol', /./, (to) => to.end('220 smtp.example.com ESMTP\r\n')],
  ])('%s, is disconnected', async (_, error, say) => {
    const report = await suffer(say, PATIENT)
    expect(report.error).toMatchObject({ name: 'ConnectionError', code: 'disconnected' })
    expect(report.error?.message).toMatch(error)
    expectUnharmed(report)
  })

  it.each([301, 302, 303, 307, 308])('redirects with %i, does not follow', async (status) => {
    await using elsewhere: HttpAttacker = await startHttpAttacker((to, { id }) => to.end(json() + answer(id)))
    const report = await suffer((to) =>
      to.end(`HTTP/1.1 ${status} Go\r\nlocation: ${elsewhere.url}\r\ncontent-length: 0\r\n\r\n`),
    )
    expect(report.error?.code).toBe('bad_reply')
    expect(report.error?.message).toContain(`The server redirects to ${elsewhere.url}`)
    expect(elsewhere.requests()).toBe(0)
    expectUnharmed(report)
  })

  it('lists pages of megabytes without end, gives the list up', async () => {
    const page = (id: number): string => {
      const tool = { name: `t${id}`, inputSchema: { type: 'object', title: 'x'.repeat(4_000_000) } }
      return answer(id, { resultType: 'complete', ttlMs: 0, cacheScope: 'public', tools: [tool], nextCursor: `${id}` })
    }
    const report = await suffer((to, { id }) => to.end(json() + page(id)), { ask: 'list', ...PATIENT })
    expect(report.error?.message).toMatch(/^tools\/list holds more than 1000000 values or 67108864 characters/)
    expectUnharmed(report, 320)
  })
})

/** A beginning, and then the same for ever. */
function* endless(start: string, more: string | Uint8Array): Generator<string | Uint8Array> {
  yield start
  yield* repeat(more)
}
