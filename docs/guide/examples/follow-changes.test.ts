import { listen } from 'hawser/node'
import { expect, it } from 'vitest'
import { runFile } from './fixtures/run-file.ts'
import server from './tides.ts'

it('hears of a change over HTTP and reads anew', async () => {
  await using listener = await listen(server, { port: 0 })
  expect(await runFile('follow-changes.ts', [listener.url])).toBe('tides://levels/cuxhaven is now 3.4 m\n')
})
