import http from 'node:http'
import { describe, expect, it } from 'vitest'
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

// workerd closes a connection that was idle for five seconds, on a busy machine just when the next call is sent on it.
http.globalAgent = new http.Agent({ keepAlive: false })

/** Without the header that says the revision: of one that knew batches, as far as the server can tell. */
const LEGACY = (body: string): string => post(body).replace(/mcp-protocol-version: .*\r\n/, '')

describe.concurrent('a server in workerd, when a client', () => {
  it.each<[what: string, status: string, says: RegExp, bytes: () => Iterable<string | Uint8Array>]>([
    [
      'nests a body 200 000 deep',
      '400',
      /too many levels: at most 200/,
      () => [post(`{"jsonrpc":"2.0","id":1,"method":"x","params":{"x":${deep(200_000)}}}`, 'connection: close')],
    ],
    [
      'puts a million values into a body',
      '400',
      /too many values: at most 100000/,
      () => [
        post(`{"jsonrpc":"2.0","id":1,"method":"x","params":{"x":[0${',0'.repeat(1_000_000)}]}}`, 'connection: close'),
      ],
    ],
    [
      'compresses a body',
      '415',
      /accept-encoding: identity/i,
      () => [head(BOMB, 'content-encoding: gzip', 'connection: close'), BOMB],
    ],
    ['sends half of a text', '400', /./, () => [post('{"jsonrpc":"2.0","id":1,', 'connection: close')]],
    [
      'sends bytes that are no text',
      '400',
      /./,
      () => [head('{"x":"?"}', 'connection: close'), Uint8Array.from(Buffer.from('{"x":"\xff"}', 'latin1'))],
    ],
  ])('%s, is refused with %s and the limit', async (_, status, says, bytes) => {
    await onStage('server-workerd', async ({ open, growth }) => {
      const { socket, received } = open()
      await Promise.race([pour(socket, bytes()), quiet(10_000)])
      await expect.poll(received, { timeout: 10_000 }).toMatch(says)
      expect(statusOf(received())).toBe(status)
      expect(await growth()).toBeLessThan(BOUND)
    })
  })

  // The runtime closes at once; what it says may be lost when more bytes are on their way. (RFC 9112 §9.6)
  it.each<[what: string, bytes: () => Iterable<string | Uint8Array>]>([
    ['headers without end', () => ['POST /mcp HTTP/1.1\r\n', ...repeat('x-flood: y\r\n'.repeat(1_000), 100)]],
    ['one header without end', () => ['POST /mcp HTTP/1.1\r\nx: ', ...repeat(MIB(), 4)]],
    [
      'more of a body than is read',
      () => [head(undefined, 'content-length: 209715200', 'connection: close'), ...repeat(MIB(), 3)],
    ],
    [
      'chunks without end',
      () => [
        head(undefined, 'transfer-encoding: chunked', 'connection: close'),
        ...repeat(chunk('x'.repeat(2 ** 20)), 8),
      ],
    ],
    ['a target without end', () => ['POST /', ...repeat(MIB(), 4)]],
  ])('sends %s, is cut off or refused', async (_, bytes) => {
    await onStage('server-workerd', async ({ open, growth }) => {
      const { socket, received, closed } = open()
      await Promise.race([pour(socket, bytes()), quiet(10_000)])
      expect(await Promise.race([closed.then(() => 'closed'), quiet(10_000)])).toBe('closed')
      expect(statusOf(received()) ?? '4').toMatch(/^4/)
      expect(await growth()).toBeLessThan(BOUND)
    })
  })

  it('cuts a body of 16 kB into chunks of one byte, is answered', async () => {
    await onStage('server-workerd', async ({ open, growth }) => {
      const body = `${' '.repeat(2 ** 14)}${echo(1)}`
      const { socket, received } = open(head(undefined, 'transfer-encoding: chunked', ...CALL))
      void pour(socket, byteByByte(body))
      await expect.poll(received, { timeout: 30_000 }).toContain('said 1')
      expect(await growth()).toBeLessThan(BOUND)
    })
  })

  it.each(SLOW)('sends %s very slowly on 500 connections, takes no room from others', async (_, start) => {
    await onStage('server-workerd', async ({ open, growth }) => {
      await dripOn500(open, start)
      expect(await growth()).toBeLessThan(BOUND)
    })
  })

  it('puts 10 000 calls into one batch, has none of them run', async () => {
    await onStage('server-workerd', async ({ open, growth }) => {
      const { received } = open(LEGACY(`[${Array.from({ length: 10_000 }, (_, id) => callTool(id, 'flood')).join()}]`))
      await expect.poll(received, { timeout: 30_000 }).not.toBe('')
      expect(statusOf(received())).toMatch(/^4/)
      expect(await growth()).toBeLessThan(BOUND)
    })
  })

  it('subscribes a hundred times and reads nothing, takes no room from others', async () => {
    await onStage('server-workerd', async ({ open, growth }) => {
      const deaf = Array.from({ length: 100 }, () => open(post(listen(1, 100), ...LISTEN)))
      for (const { socket } of deaf) socket.pause()
      await quiet(3_000)
      expect(await growth()).toBeLessThan(BOUND)
    })
  })

  it('leaves in the middle, a thousand times, leaves nothing behind', async () => {
    await onStage('server-workerd', async ({ open, growth }) => {
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
