import { connect } from 'hawser'
import { expect, it } from 'vitest'
import server from './notes.ts'

it('answers over HTTP, without a port', async () => {
  const http = { fetch: (request: Request) => server.fetch(request) }
  await using notes = await connect<typeof server>('http://localhost/mcp', { http })
  expect(await notes.tools.search({ word: 'tide' })).toEqual({ ids: ['tides'] })
})

it('answers names of this machine only, when it is addressed by one', async () => {
  const headers = { host: 'evil.example.com' }
  expect((await server.fetch(new Request('http://localhost/mcp', { method: 'POST', headers }))).status).toBe(403)
})
