import { connect } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import halfWay from './half-way.ts'
import mounted from './mounted.ts'
import moved from './moved.ts'

describe.each([
  ['a server that is mounted', mounted],
  ['one that has moved half-way', halfWay],
  ['one that has moved', moved],
])('%s', (_, server) => {
  it('has the same tools and resources', async () => {
    await using client = await connect(server, { answers: { confirm: true, sure: { sure: true } } })
    expect((await client.listTools()).map(({ name }) => name).toSorted()).toEqual(['forget', 'search'])
    expect(await client.call('search', { word: 'tide' })).toMatchObject({ structuredContent: { ids: ['tides'] } })
    expect(await client.read('notes://tides')).toMatchObject({ contents: [{ text: expect.stringContaining('7:40') }] })
    expect(await client.call('forget', { id: 'nothing' })).toMatchObject({ content: [{ text: expect.any(String) }] })
  })
})

it('asks for the scopes of each tool', async () => {
  await using reader = await connect(mounted, { as: { subject: 'ada', scopes: ['notes:read'] } })
  expect(await reader.call('search', { word: 'tide' })).not.toHaveProperty('isError')
  await expect(reader.call('forget', { id: 'tides' })).rejects.toMatchObject({
    data: { requiredScopes: ['notes:delete'] },
  })
})
