import { expect, it } from 'vitest'
import { client } from './traced.ts'

it('is called as any other where nobody collects traces', async () => {
  expect(await client.tools.hello()).toBe('hello')
  await client.close()
})
