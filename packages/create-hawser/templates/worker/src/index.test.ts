/// <reference types="node" />
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect } from 'hawser/testing'
import app from './index.ts'

const client = await connect(app)

test('finds the zone of a place', async () => {
  assert.deepEqual(await client.tools.find_zones({ text: 'tokyo' }), { zones: ['Asia/Tokyo'] })
})

test('converts a moment', async () => {
  const { local } = await client.tools.convert_time({ zone: 'Asia/Tokyo', at: '2026-07-28T09:30:00+02:00' })
  assert.equal(local, 'Tuesday 2026-07-28, 16:30, GMT+09:00')
})

test('says what to do when there is no such zone', async () => {
  await assert.rejects(
    client.tools.convert_time({ zone: 'Mars/Olympus' }),
    /no time zone "Mars\/Olympus"\. Try find_zones/,
  )
})
