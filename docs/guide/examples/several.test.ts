import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect, serversOf } from 'hawser/testing'
import { expect, it } from 'vitest'
import app from './several.ts'

const servers = serversOf(app)
const page = readFileSync(join(import.meta.dirname, '../several-servers.md'), 'utf8')

it('can be called, server by server, without its issuer', async () => {
  const kept: string[] = []
  const BERTHS = { put: async (...given: string[]) => void kept.push(...given) }
  await using tides = await connect(servers.tides)
  expect(await tides.call('when_high')).toMatchObject({ content: [{ text: '7:40 and 20:05' }] })
  await using berths = await connect(servers.berths, { env: { BERTHS } })
  await berths.call('book', { berth: 'B7', boat: 'Ada' })
  expect(kept).toEqual(['B7', 'Ada'])
  await using all = await connect(servers.all)
  expect((await all.listTools()).map(({ name }) => name)).toEqual(['tides_when_high', 'berths_book'])
})

it('has the addresses that the page names', async () => {
  for (const { auth } of Object.values(servers)) expect(page).toContain(`\`${new URL(auth?.resource ?? '').pathname}\``)
  const metadata = '/.well-known/oauth-protected-resource/tides/mcp'
  const request = new Request(`http://localhost:8787${metadata}`)
  const found = await app.fetch(request, {}, { waitUntil: () => {} })
  expect(page).toContain(metadata)
  expect(await found.json()).toMatchObject({ resource: 'http://localhost:8787/tides/mcp' })
})
