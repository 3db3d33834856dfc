import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { authorize, createWorld, ISSUER, redeem, getCode, tokensOf, type World } from '../fixtures/world.ts'
import { nodeHandler, type NodeHandler } from './node-handler.ts'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function listenOn(handler: NodeHandler): Promise<number> {
  server = createServer(handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function start(): Promise<World & { readonly port: number; readonly origin: string }> {
  const world = createWorld()
  const port = await listenOn(nodeHandler(world.oauth))
  return { ...world, port, origin: `http://127.0.0.1:${port}` }
}

/** What comes back for these bytes, until the connection closes. */
async function exchange(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.setEncoding('utf8')
  socket.write(text)
  let answer = ''
  for await (const chunk of socket) answer += String(chunk)
  return answer
}

describe('nodeHandler', () => {
  it('serves a whole sign-in', async () => {
    const { oauth, origin } = await start()
    const over: typeof oauth = {
      ...oauth,
      fetch: async ({ url, method, headers, body }) => {
        const { pathname, search } = new URL(url)
        return fetch(origin + pathname + search, {
          method,
          headers,
          body,
          redirect: 'manual',
          duplex: 'half',
        } as RequestInit)
      },
    }
    expect((await authorize(over)).headers.getSetCookie()).toHaveLength(2)
    expect(tokensOf(await redeem(over, await getCode(over))).access).toMatch(/^ey/)
    const described = await fetch(`${origin}/.well-known/oauth-authorization-server`, { method: 'HEAD' })
    expect([described.status, await described.text()]).toEqual([200, ''])
  })

  it('goes by no host that a client names', async () => {
    const { port, oauth } = await start()
    for (const [target, status] of [
      ['//evil.example/.well-known/oauth-authorization-server', 404],
      ['/.well-known/oauth-authorization-server', 200],
      ['http://evil.example/.well-known/oauth-authorization-server', 200],
    ] as const) {
      const answer = await exchange(port, `GET ${target} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`)
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status}`))
      expect(answer).not.toContain('evil')
    }
    expect(oauth.metadata['issuer']).toBe(ISSUER)
  })

  it.each([
    ['http://login.example.com/jwks?x=1', 200],
    ['HTTPS://login.example.com/jwks', 200],
    ['http://login.example.com', 404],
    ['http://login.example.com?x=1', 404],
  ])('reads the absolute form, as %s', async (target, status) => {
    const { port } = await start()
    const answer = await exchange(port, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status}`))
  })

  it('takes the host of the absolute form for the one that was asked for', async () => {
    const asked: (string | null)[] = []
    const fetch = async ({ headers }: Request) => {
      asked.push(headers.get('host'))
      return new Response()
    }
    const port = await listenOn(nodeHandler({ issuer: ISSUER, handles: () => true, fetch }))
    await exchange(port, 'GET http://evil.example/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    expect(asked).toEqual(['evil.example'])
  })

  it.each(['*', 'evil.example:443', 'ftp://evil.example/jwks'])('answers 400 to the target %s', async (target) => {
    const { port } = await start()
    expect(await exchange(port, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 400/,
    )
  })

  it('closes a connection on which more is coming than it reads', async () => {
    const { port } = await start()
    const head =
      'POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 900000\r\n\r\n'
    const answer = await exchange(port, `${head}x=1&`)
    expect(answer).toMatch(/^HTTP\/1.1 413/)
    expect(answer.toLowerCase()).toContain('connection: close')
  })
})
