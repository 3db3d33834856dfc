import { connect } from 'hawser'
import { listen } from 'hawser/node'
import { afterEach, expect, it, vi } from 'vitest'
import { runFile } from './fixtures/run-file.ts'
import server from './guarded.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

it('writes down each call and lets few mails through', async () => {
  const lines: string[] = []
  vi.spyOn(console, 'warn').mockImplementation((line: string) => void lines.push(line))
  await using client = await connect(server, { as: { subject: 'ada' } })
  const mail = { to: 'bob@example.com', text: 'Hello' }
  expect(await client.tools.send(mail)).toBe('Sent to bob@example.com.')
  await client.tools.send(mail)
  await expect(client.tools.send(mail)).rejects.toMatchObject({ code: 'too_many_requests' })
  expect(await client.tools.search({ word: 'tide' })).toBe('Nothing about tide.')
  expect(lines.map((line) => (JSON.parse(line) as { readonly message: string }).message)).toEqual([
    'answered',
    'answered',
    'refused',
    'answered',
  ])
})

it('is called by a client that caches, retries and validates', async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  await using listener = await listen(server, { port: 0 })
  expect(await runFile('patient-client.ts', [listener.url])).toBe('2 tools\nSent to ada@example.com.\n')
})
