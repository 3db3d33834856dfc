import process from 'node:process'
import { listen } from 'hawser/node'
import { connect } from 'hawser/testing'
import { afterAll, expect, it } from 'vitest'
import tides from './tides.ts'

const listener = await listen(tides, { port: 0 })
process.env['TIDES_URL'] = listener.url
const { default: server } = await import('./desk.ts')
afterAll(async () => {
  await server.close()
  await listener.close()
})

it('offers what is mounted under the name of the mount', async () => {
  await using desk = await connect(server, { answers: { confirm: false } })
  expect((await desk.listTools()).map(({ name }) => name)).toEqual([
    'today',
    'notes_search',
    'notes_forget',
    'tides_record',
  ])
  expect(await desk.tools.notes_search({ word: 'tide' })).toEqual({ ids: ['tides'] })
  expect(await desk.resources.notes_note({ id: 'tides' })).toContain('7:40')
  await expect(desk.tools.notes_forget({ id: 'tides' })).rejects.toThrow('declined')
  expect(await desk.call('tides_record', { station: 'cuxhaven', metres: 3.3 })).toMatchObject({
    content: [{ text: 'cuxhaven: 3.3 m' }],
  })
  expect(await desk.read('tides://levels/cuxhaven')).toMatchObject({ contents: [{ text: '3.3 m' }], ttlMs: 10_000 })
})

it('tells what changes there', async () => {
  await using desk = await connect(server)
  await using changes = await desk.listen({ resourceSubscriptions: ['tides://levels/cuxhaven'] })
  await desk.call('tides_record', { station: 'cuxhaven', metres: 3.4 })
  for await (const change of changes) {
    expect(change).toEqual({ kind: 'resource', uri: 'tides://levels/cuxhaven' })
    break
  }
})
