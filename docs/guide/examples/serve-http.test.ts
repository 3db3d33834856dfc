import { once } from 'node:events'
import { connect } from 'hawser'
import { expect, it } from 'vitest'
import { startFile } from './fixtures/run-file.ts'
import type server from './notes.ts'

it('listens, says where, and ends when it is told to', async () => {
  const child = startFile('serve-http.ts', [], { PORT: '0' })
  const [said] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
  const url = /^Listening on (http:\/\/127\.0\.0\.1:\d+\/mcp)$/m.exec(said)?.[1] ?? ''
  await using notes = await connect<typeof server>(url)
  expect(await notes.tools.search({ word: 'tide' })).toEqual({ ids: ['tides'] })
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})
