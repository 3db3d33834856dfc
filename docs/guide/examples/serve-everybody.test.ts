import { once } from 'node:events'
import { expect, it } from 'vitest'
import { startFile } from './fixtures/run-file.ts'

const headers = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' }
const opening = (protocolVersion: string) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion, capabilities: { elicitation: {} }, clientInfo: { name: 'old', version: '1' } },
})

it('serves clients of earlier revisions in sessions, and those of the first on a stream', async () => {
  const child = startFile('serve-everybody.ts', [], { PORT: '0' })
  const [said] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
  const url = /^Listening on (\S+)$/m.exec(said)?.[1] ?? ''
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(opening('2025-06-18')) })
  expect(response.headers.get('mcp-session-id')).toMatch(/^[\da-f-]{36}$/)
  expect(await response.json()).toMatchObject({
    result: { protocolVersion: '2025-06-18', serverInfo: { name: 'marina' } },
  })
  const leaving = new AbortController()
  const stream = await fetch(new URL('/sse', url), { signal: leaving.signal })
  const { value } = await stream.body!.getReader().read()
  expect(new TextDecoder().decode(value)).toMatch(/^event: endpoint\ndata: \/sse\?session=/)
  leaving.abort()
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})
