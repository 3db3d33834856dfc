import { connect } from 'hawser/testing'
import { expect, it } from 'vitest'
import server from './notes.ts'

it('finds notes by a word in them', async () => {
  await using notes = await connect(server)
  expect(await notes.tools.search({ word: 'tide' })).toEqual({ ids: ['tides'] })
  expect(await notes.tools.search({ word: 'storm', limit: 3 })).toEqual({ ids: [] })
})

it('reads a note', async () => {
  await using notes = await connect(server)
  expect(await notes.resources.note({ id: 'tides' })).toContain('7:40')
})

it('deletes nothing that nobody confirmed', async () => {
  await using no = await connect(server, { answers: { confirm: false } })
  await expect(no.tools.forget({ id: 'tides' })).rejects.toThrow('declined')
  await using mute = await connect(server, { can: [] })
  await expect(mute.tools.forget({ id: 'tides' })).rejects.toMatchObject({ code: 'missing_client_capability' })
  expect(await no.resources.note({ id: 'tides' })).toContain('7:40')
})

it('deletes what was confirmed, and says what to do when there is nothing', async () => {
  await using yes = await connect(server, { answers: { confirm: true } })
  expect(await yes.tools.forget({ id: 'tides' })).toBe('Deleted tides.')
  await expect(yes.tools.forget({ id: 'tides' })).rejects.toThrow('No note "tides". Try search.')
  expect(yes.trace.map(({ method }) => method)).toEqual(Array.from({ length: 4 }, () => 'tools/call'))
})
