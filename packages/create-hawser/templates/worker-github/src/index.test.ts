import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect } from 'hawser/testing'

process.env['OAUTH_SECRET'] = 'a secret for tests, of 32 characters and more'
const { default: app } = await import('./index.ts')

const ada = { subject: 'ada', scopes: ['handbook:read'] }

test('finds pages by a word', async () => {
  const client = await connect(app, { as: ada })
  const { pages } = await client.tools.search_handbook({ word: 'Receipts' })
  assert.deepEqual(
    pages.map(({ title }) => title),
    ['Expenses'],
  )
})

test('shows colleagues only to those who may see them', async () => {
  const client = await connect(app, { as: ada })
  await assert.rejects(client.tools.find_colleague({ word: 'expenses' }), { code: 'forbidden' })
  const more = await connect(app, { as: { ...ada, scopes: ['people:read'] } })
  assert.equal((await more.tools.find_colleague({ word: 'expenses' })).people[0]?.mail, 'grace@example.com')
})

test('has strangers sign in', async () => {
  const nobody = await connect(app, { as: null })
  await assert.rejects(nobody.tools.search_handbook({ word: 'receipts' }), { code: 'unauthorized' })
})
