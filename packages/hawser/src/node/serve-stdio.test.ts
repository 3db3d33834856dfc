import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { callTool, request, textResult } from '../stdio/fixtures/messages.ts'
import { startChild } from './fixtures/child.ts'

/** A tiny server that has answered once. */
async function startServer() {
  const child = startChild('tiny-server.ts')
  child.write(callTool('up', 'echo', { value: 'up' }))
  expect(await child.next()).toEqual(textResult('up', 'up'))
  return child
}

describe('a server on the standard streams', () => {
  it('answers many requests in the order in which they are ready', async () => {
    using server = await startServer()
    server.write(callTool(0, 'wait', { gate: 'a', value: 'last' }))
    for (let id = 1; id <= 500; id++) server.write(callTool(id, 'echo', { value: id }))
    server.write(callTool(501, 'open', { gate: 'a' }))
    server.endInput()
    const ids = (await server.rest()).map(({ id }) => id)
    expect(ids.slice(0, 500)).toEqual(Array.from({ length: 500 }, (_, index) => index + 1))
    expect(new Set(ids.slice(500))).toEqual(new Set([0, 501]))
  })

  it('survives a line of 5 MiB', async () => {
    using server = await startServer()
    server.write(callTool(1, 'echo', { value: 'x'.repeat(5 * 1024 * 1024) }) + callTool(2, 'echo', { value: 'on' }))
    expect(await server.next()).toMatchObject({ error: { code: -32600 } })
    expect(await server.next()).toEqual(textResult(2, 'on'))
  })

  it('loses nothing when the client is slow to read', async () => {
    using server = await startServer()
    server.process.stdout?.pause()
    const value = 'x'.repeat(256 * 1024)
    const written = Promise.withResolvers<void>()
    for (let id = 0; id < 63; id++) server.write(callTool(id, 'echo', { value }))
    server.process.stdin?.write(callTool(63, 'echo', { value }), () => written.resolve())
    server.process.stdout?.resume()
    await written.promise
    server.endInput()
    const messages = await server.rest()
    expect(messages.map(({ id }) => id)).toEqual(Array.from({ length: 64 }, (_, id) => id))
    expect(messages.every(({ result }) => result?.content[0]?.text === value)).toBe(true)
    expect(await server.exit).toBe(0)
  })

  // spec: stdio-stdout-clean
  it('keeps stray output out of the protocol and says once where it came from', async () => {
    using server = await startServer()
    server.write(callTool(1, 'print') + callTool(2, 'print'))
    expect([await server.next(), await server.next()]).toEqual([textResult(1, 'printed'), textResult(2, 'printed')])
    server.endInput()
    expect(await server.rest()).toEqual([])
    const stderr = server.stderr()
    for (const way of ['log', 'info', 'debug', 'stream', 'fs', 'import', 'promise', 'end']) {
      expect(stderr.split(`from ${way}\n`)).toHaveLength(3)
    }
    expect(stderr.match(/hawser: stdout carries the protocol.*tiny-server\.ts:\d+/g)).toHaveLength(1)
  })

  it('outlives what a handler throws out of reach', async () => {
    using server = await startServer()
    server.write(callTool(1, 'stray'))
    expect(await server.next()).toEqual(textResult(1, 'strayed'))
    server.write(callTool(2, 'echo', { value: 'alive' }))
    expect(await server.next()).toEqual(textResult(2, 'alive'))
    // Thrown in a turn of its own, which comes after the answer.
    await expect.poll(() => server.stderr()).toContain('error: Uncaught exception')
    server.endInput()
    expect(await server.exit).toBe(0)
    expect(server.stderr()).toContain('error: Unhandled rejection')
  })
})

describe('the end of a server', () => {
  // basic/transports/stdio#shutdown: exit promptly when standard input is closed.
  // spec: stdio-exit
  it('comes with the end of input', async () => {
    using server = await startServer()
    server.endInput()
    expect(await server.exit).toBe(0)
    expect(server.stderr()).toBe('')
  })

  it('comes although a handler hangs', async () => {
    using server = await startServer()
    server.write(callTool(1, 'linger'))
    server.endInput()
    expect(await server.exit).toBe(0)
  })

  it('comes after the answers that were already on their way', async () => {
    using server = await startServer()
    const value = 'x'.repeat(10_000)
    for (let id = 0; id < 300; id++) server.write(callTool(id, 'echo', { value }))
    server.endInput()
    expect(await server.rest()).toHaveLength(300)
    expect(await server.exit).toBe(0)
  })

  it('comes with SIGTERM although nobody reads', async () => {
    using server = await startServer()
    server.process.stdout?.pause()
    // The first bytes of an answer that is larger than the pipe: from here on the server waits for its reader.
    const answering = once(server.process.stdout ?? server.process, 'readable')
    server.write(callTool(1, 'echo', { value: 'x'.repeat(3 * 1024 * 1024) }))
    await answering
    server.process.kill('SIGTERM')
    expect(await server.exit).toBe(0)
  })

  // basic/patterns/subscriptions#graceful-closure
  it.each(['SIGTERM', 'SIGINT'] as const)('comes with %s, which ends subscriptions with a result', async (signal) => {
    using server = await startServer()
    server.write(request('s', 'subscriptions/listen', { notifications: { toolsListChanged: true } }))
    expect(await server.next()).toMatchObject({ method: 'notifications/subscriptions/acknowledged' })
    server.process.kill(signal)
    expect(await server.rest()).toMatchObject([
      { method: 'notifications/cancelled', params: { requestId: 's' } },
      { id: 's', result: { resultType: 'complete' } },
    ])
    expect(await server.exit).toBe(0)
  })

  it('comes quietly when nobody reads its answers', async () => {
    using server = await startServer()
    server.process.stdout?.destroy()
    server.write(callTool(1, 'echo', { value: 'x' }))
    expect(await server.exit).toBe(0)
    expect(server.stderr()).toBe('')
  })

  it.each(['own', 'lend'])('comes when the parent is killed (%s input)', async (input) => {
    using parent = startChild('tiny-parent.ts', input)
    if (input === 'own') parent.write(callTool(1, 'pid'))
    else parent.writeThird(callTool(1, 'pid'))
    const pid = Number((await parent.next()).result?.content[0]?.text)
    expect(pid).not.toBe(parent.process.pid)
    parent.process.kill('SIGKILL')
    // The server holds this output too, so it is at its end only when the server is gone.
    expect(await parent.rest()).toEqual([])
  })
})
