import { describe, expect, it } from 'vitest'
import { type Change, createChangeQueue } from './change-queue.ts'

const resource = (uri: string): Change => ({ kind: 'resource', uri })

async function readAll({ read, end }: ReturnType<typeof createChangeQueue>): Promise<readonly Change[]> {
  end()
  const changes: Change[] = []
  for await (const change of read()) changes.push(change)
  return changes
}

describe('changes that nobody reads', () => {
  it('wait once each', async () => {
    const queue = createChangeQueue()
    for (const change of [resource('a'), resource('b'), resource('a'), { kind: 'tools' } as const]) queue.add(change)
    expect(await readAll(queue)).toEqual([resource('a'), resource('b'), { kind: 'tools' }])
  })

  it('are at most a thousand, the newest', async () => {
    const queue = createChangeQueue()
    for (let change = 0; change < 3000; change++) queue.add(resource(`${change}`))
    const changes = await readAll(queue)
    expect([changes.length, changes[0]]).toEqual([1000, resource('2000')])
  })

  it('are bounded in their text as well', async () => {
    const queue = createChangeQueue()
    for (let change = 0; change < 10; change++) queue.add(resource(`${change}${'x'.repeat(300_000)}`))
    expect((await readAll(queue)).map((change) => (change.kind === 'resource' ? change.uri[0] : ''))).toEqual([
      '7',
      '8',
      '9',
    ])
  })
})
