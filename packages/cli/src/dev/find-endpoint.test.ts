import type { IncomingMessage, ServerResponse } from 'node:http'
import { mcp } from 'hawser'
import { listen } from 'hawser/node'
import { expect, it } from 'vitest'
import { findEndpoint, findEndpoints } from './find-endpoint.ts'

const METADATA = '/.well-known/oauth-authorization-server'
const { server } = mcp({ name: 'tides', version: '1.0.0' })

/** A server at a path, beside an issuer that names others. */
const serve = (path: string, named: (origin: string) => unknown) => {
  const issuer = ({ headers }: IncomingMessage, outgoing: ServerResponse): void =>
    void outgoing.end(JSON.stringify({ protected_resources: named(`http://${headers.host}`) }))
  const beside = Object.assign(issuer, { handles: (pathname: string) => pathname === METADATA })
  return listen(server({}), { port: 0, path, beside })
}

it('finds servers of a suite by what their issuer names, and only those that are here and answer', async () => {
  await using listener = await serve('/tides/mcp', (origin) => [
    `${origin}/gone/mcp`,
    `${origin}/tides/mcp`,
    'https://elsewhere.example.com/mcp',
    7,
  ])
  const { origin, href } = new URL(listener.url)
  expect(await findEndpoints(origin)).toEqual([{ url: href, name: 'tides', isClosed: false }])
  expect(await findEndpoint(origin)).toMatchObject({ url: href })
  expect(await findEndpoints(origin, ['/mcp'])).toEqual([])
})

it.each([[[]], ['no list'], [null]])('looks where servers are when the issuer names %j', async (named) => {
  await using listener = await serve('/mcp', () => named)
  expect(await findEndpoint(new URL(listener.url).origin)).toMatchObject({ url: listener.url, name: 'tides' })
})
