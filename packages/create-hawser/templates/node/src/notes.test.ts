import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect } from 'hawser/testing'
import { createNotes } from './notes.ts'

const server = createNotes(':memory:')
const as = (subject: string, ...scopes: string[]) =>
  connect(server, { as: { subject, scopes }, answers: { confirm: true } })

test('keeps to each their own notes', async () => {
  const ada = await as('ada', 'notes:write')
  const { id } = await ada.tools.save_note({ text: 'High tide at seven.' })
  assert.deepEqual(await ada.tools.search_notes({ text: 'TIDE' }), { notes: [{ id, text: 'High tide at seven.' }] })
  const grace = await as('grace', 'notes:write')
  assert.deepEqual(await grace.tools.search_notes({ text: '' }), { notes: [] })
  await assert.rejects(grace.tools.delete_note({ id }), /There is no note/)
  assert.equal(await ada.tools.delete_note({ id }), `Deleted note ${id}.`)
})

test('lets nobody write who may only read', async () => {
  const ada = await as('ada', 'notes:read')
  await assert.rejects(ada.tools.save_note({ text: 'x' }), { code: 'forbidden' })
})
