import { once } from 'node:events'
import { createServer, type IncomingMessage, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { openFront } from './front.ts'

/** A server that says what it was sent. */
async function openEcho() {
  const server = createServer((request, response) => {
    response.writeHead(201, { 'x-method': request.method })
    request.pipe(response)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`),
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  }
}

describe('a front', () => {
  it('hands on what comes, method, head and body', async () => {
    await using echo = await openEcho()
    await using front = await openFront(0)
    front.lead(echo.url)
    const answer = await fetch(`${front.origin}/mcp`, { method: 'PUT', body: 'hello' })
    expect([answer.status, answer.headers.get('x-method'), await answer.text()]).toEqual([201, 'PUT', 'hello'])
  })

  it('refuses who asks for another name, as pages of strangers would', async () => {
    await using echo = await openEcho()
    await using front = await openFront(0)
    front.lead(echo.url)
    const statusOf = async (host: string): Promise<number | undefined> => {
      const [answer] = (await once(send(front.origin, { headers: { host } }).end(), 'response')) as [IncomingMessage]
      answer.resume()
      return answer.statusCode
    }
    expect([await statusOf('stranger.example'), await statusOf('localhost:8787')]).toEqual([403, 201])
  })

  it('has callers wait for a server, and lets go of those who leave', async () => {
    await using echo = await openEcho()
    await using front = await openFront(0)
    const leaving = new AbortController()
    const left = fetch(front.origin, { signal: leaving.signal })
    const waiting = fetch(front.origin, { method: 'POST', body: 'early' })
    leaving.abort()
    await expect(left).rejects.toThrow('aborted')
    front.lead(echo.url)
    expect(await (await waiting).text()).toBe('early')
  })

  it('answers 503 while what is behind it is gone', async () => {
    await using front = await openFront(0)
    front.lead(new URL('http://127.0.0.1:1'))
    const answer = await fetch(front.origin)
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ error: { message: expect.stringContaining('hawser dev') } })
  })

  it('cannot be opened where something else listens', async () => {
    await using front = await openFront(0)
    await expect(openFront(Number(new URL(front.origin).port))).rejects.toMatchObject({
      exitCode: 3,
      hints: [expect.stringContaining('--port 0')],
    })
  })
})
