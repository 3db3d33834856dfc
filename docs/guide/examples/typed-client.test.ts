import { listen } from 'hawser/node'
import { expect, it } from 'vitest'
import { runFile } from './fixtures/run-file.ts'
import server from './notes.ts'

it('searches, reads and is asked, over HTTP', async () => {
  await using listener = await listen(server, { port: 0 })
  expect(await runFile('typed-client.ts', [listener.url])).toBe(
    [
      'tides: High tide at 7:40 and 20:05.',
      'asked: Delete the note "tides" for good?',
      'refused: The user declined to answer "confirm".',
      '',
    ].join('\n'),
  )
})
