import { connect } from 'hawser'
import { describe, expect, it, vi } from 'vitest'
import { MIB, pour, repeat } from './attackers/http.ts'
import { callTool, echo, listen } from './attackers/requests.ts'
import {
  BOMB,
  BOUND,
  byteByByte,
  CALL,
  chunk,
  deep,
  dripOn500,
  head,
  LISTEN,
  onStage,
  post,
  quiet,
  SLOW,
  statusOf,
} from './on-stage.ts'

describe.concurrent('a server over HTTP, when a client', () => {
  it.each<[what: string, status: string, says: RegExp, bytes: () => Iterable<string | Uint8Array>]>([
    [
      'declares a body of 200 MB',
      '413',
      /larger than this server reads/,
      () => [head(undefined, 'content-length: 209715200'), ...repeat(MIB(), 3)],
    ],
    [
      'sends chunks for ever',
      '413',
      /larger than this server reads/,
      () => [head(undefined, 'transfer-encoding: chunked'), ...repeat(chunk('x'.repeat(2 ** 20)), 8)],
    ],
    [
      'nests a body 200 000 deep',
      '400',
      /too many levels: at most 200/,
      () => [post(`{"jsonrpc":"2.0","id":1,"method":"x","params":{"x":${deep(200_000)}}}`)],
    ],
    [
      'puts a million values into a body',
      '400',
      /too many values: at most 100000/,
      () => [post(`{"jsonrpc":"2.0","id":1,"method":"x","params":{"x":[0${',0'.repeat(1_000_000)}]}}`)],
    ],
    ['compresses a body', '415', /accept-encoding: identity/i, () => [head(BOMB, 'content-encoding: gzip'), BOMB]],
  ])('%s, is refused with %s and the limit', async (_, status, says, bytes) => {
    await onStage('server-http', async ({ open, growth }) => {
      const { socket, received, closed } = open()
      await pour(socket, bytes())
      await closed
      expect(statusOf(received())).toBe(status)
      expect(received()).toMatch(says)
      expect(await growth()).toBeLessThan(BOUND)
    })
  })

  // The parser of Node closes at once; what it says may be lost when more bytes are on their way. (RFC 9112 §9.6)
  it.each<[what: string, status: string, bytes: () => Iterable<string | Uint8Array>]>([
    [
      'sends headers without end',
      '431',
      () => ['POST /mcp HTTP/1.1\r\n', ...repeat('x-flood: y\r\n'.repeat(1_000), 100)],
    ],
    ['sends one header without end', '431', () => ['POST /mcp HTTP/1.1\r\nx: ', ...repeat(MIB(), 4)]],
    ['sends a target without end', '431', () => ['POST /', ...repeat(MIB(), 4)]],
    [
      'sends the extension of a chunk without end',
      '413',
      () => [head(undefined, 'transfer-encoding: chunked'), '1;x=', ...repeat(MIB(), 4)],
    ],
  ])('%s, is cut off with %s', async (_, status, bytes) => {
    await onStage('server-http', async ({ open, growth }) => {
      const { socket, received, closed } = open()
      await pour(socket, bytes())
      await closed
      expect([status, undefined]).toContain(statusOf(received()))
      expect(await growth()).toBeLessThan(BOUND)
    })
  })

  it('cuts a body of 1 MB into chunks of one byte, is answered', async () => {
    await onStage('server-http', async ({ open, growth }) => {
      const body = `${' '.repeat(2 ** 20)}${echo(1)}`
      const { socket, received, closed } = open(
        head(undefined, 'transfer-encoding: chunked', 'connection: close', ...CALL),
      )
      await pour(socket, byteByByte(body))
      await closed
      expect(received()).toContain('said 1')
      expect(await growth()).toBeLessThan(BOUND)
    })
  })

  it.each(SLOW)('sends %s very slowly on 500 connections, takes no room from others', async (_, start) => {
    await onStage('server-http', async ({ open, growth }) => {
      await dripOn500(open, start)
      expect(await growth()).toBeLessThan(BOUND)
    })
  })

  it('never ends its head, is cut off after the time for it', async () => {
    await onStage('server-http', async ({ open }) => {
      const { socket, closed } = open('POST /mcp HTTP/1.1\r\nx-slow: ')
      const drip = setInterval(() => socket.write('x'), 500)
      const start = performance.now()
      await closed
      clearInterval(drip)
      expect(performance.now() - start).toBeLessThan(25_000)
    })
  })

  it('sends 20 000 requests at once and reads nothing, is not read any more', async () => {
    await onStage('server-http', async ({ open, growth }) => {
      const { socket } = open()
      socket.pause()
      void pour(socket, repeat(post(echo(1), ...CALL).repeat(100), 200))
      await quiet(3_000)
      expect(await growth()).toBeLessThan(BOUND)
    })
  })

  it('opens more subscriptions than there are, is told how many there are', async () => {
    await onStage('server-http', async ({ open, growth }) => {
      const body = listen(1, 10)
      const wires = Array.from({ length: 1_100 }, () => open(post(body, ...LISTEN)))
      await vi.waitUntil(() => wires.every(({ received }) => received() !== ''), { timeout: 30_000 })
      const refused = wires.filter(({ received }) => !received().includes('acknowledged'))
      expect(refused).toHaveLength(1_100 - 1_024)
      for (const { received } of refused) expect(received()).toMatch(/holds 1024 subscriptions already/)
      expect(await growth()).toBeLessThan(3 * BOUND)
    })
  })

  it('subscribes and does not read what changes, is held to a bound, and others hear of it', async () => {
    await onStage(
      'server-http',
      async ({ url, open, growth }) => {
        const deaf = Array.from({ length: 20 }, () => open(post(listen(1), ...LISTEN)))
        for (const { socket } of deaf) socket.pause()
        await using other = await connect(url)
        let heard = 0
        await using _changes = await other.listen(
          { resourceSubscriptions: ['harbour://berths/7'] },
          { onChange: () => heard++ },
        )
        for (let round = 0; round < 5; round++) await other.call('flood')
        await vi.waitUntil(() => heard > 0, { timeout: 30_000 })
        expect(await growth()).toBeLessThan(BOUND)
      },
      10_000,
    )
  })

  it('leaves in the middle, a thousand times, leaves nothing behind', async () => {
    await onStage('server-http', async ({ open, growth }) => {
      for (let round = 0; round < 10; round++) {
        const body = callTool(1, 'hang')
        const hang = post(body, 'mcp-method: tools/call', 'mcp-name: hang')
        const wires = Array.from({ length: 100 }, (_, index) => open(index % 2 === 0 ? hang : hang.slice(0, -30)))
        await quiet(100)
        for (const { socket } of wires) socket.resetAndDestroy()
      }
      expect(await growth()).toBeLessThan(BOUND)
    })
  })
})
