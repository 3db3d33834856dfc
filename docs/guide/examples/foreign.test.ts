import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { listen } from 'hawser/node'
import { expect, it } from 'vitest'
import { runFile } from './fixtures/run-file.ts'
import server from './tides.ts'

const here = import.meta.dirname

it('calls a server by the types that were written for it', async () => {
  await using listener = await listen(server, { port: 0 })
  expect(await runFile('foreign.ts', [listener.url])).toBe('cuxhaven: 3.3 m\n')
})

it('has the types that the command writes', () => {
  const command = ['--conditions=hawser-source', join(here, '../../../packages/cli/src/main.ts'), 'types', 'tides.ts']
  const written = execFileSync(process.execPath, command, { cwd: here, encoding: 'utf8' })
  expect(readFileSync(join(here, 'tides-types.ts'), 'utf8')).toBe(written)
})
