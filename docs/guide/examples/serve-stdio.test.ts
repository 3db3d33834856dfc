import { join } from 'node:path'
import process from 'node:process'
import { connect } from 'hawser'
import { command } from 'hawser/node'
import { expect, it } from 'vitest'
import type server from './notes.ts'

it('serves a client that starts it', async () => {
  const file = join(import.meta.dirname, 'serve-stdio.ts')
  await using notes = await connect<typeof server>(command(process.execPath, ['--conditions=hawser-source', file]))
  expect(await notes.tools.search({ word: 'tide' })).toEqual({ ids: ['tides'] })
})
