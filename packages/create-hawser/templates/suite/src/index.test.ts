import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, serversOf } from 'hawser/testing'
import suite from './index.ts'

const servers = serversOf(suite)

test('finds a product, counts it, and ranks it', async () => {
  const catalogue = await connect(servers.catalogue)
  const { products } = await catalogue.tools.find_products({ name: 'rope, 8' })
  assert.deepEqual(products, [{ sku: 'R-8', name: 'Rope, 8 mm', euros: 3.2 }])
  const stock = await connect(servers.stock)
  assert.deepEqual(await stock.tools.count_stock({ sku: 'R-8' }), { inStock: 40 })
  const sales = await connect(servers.sales)
  assert.deepEqual(await sales.tools.list_bestsellers({ limit: 1 }), { bestsellers: [{ sku: 'R-8', sold: 112 }] })
})

test('lets nobody see sales who may see the catalogue', async () => {
  const clerk = await connect(servers.sales, { as: { subject: 'ada', scopes: ['catalogue:read'] } })
  await assert.rejects(clerk.tools.list_bestsellers({}), { code: 'forbidden' })
})

test('says what to do when there is no such product', async () => {
  const stock = await connect(servers.stock)
  await assert.rejects(stock.tools.count_stock({ sku: 'X-1' }), /There is no product X-1/)
})
