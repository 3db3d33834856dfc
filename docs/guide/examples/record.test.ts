import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { connect } from 'hawser'
import { listen } from 'hawser/node'
import { parseTrace, replay } from 'hawser/testing'
import { afterAll, expect, it } from 'vitest'
import { startFile } from './fixtures/run-file.ts'
import server from './notes.ts'

const folder = mkdtempSync(join(tmpdir(), 'record-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('records a run that is played without the server, and holds no token', async () => {
  const listener = await listen(server, { port: 0 })
  const path = join(folder, 'notes.trace.jsonl')
  const child = startFile('record.ts', [listener.url, path], { TOKEN: 'harbour-master-9' })
  expect(await once(child, 'exit')).toEqual([0, null])
  await listener.close()

  const text = readFileSync(path, 'utf8')
  expect(text).not.toContain('harbour-master-9')
  expect(parseTrace(text).notes).toContainEqual(
    expect.objectContaining({ note: { http: expect.objectContaining({ method: 'POST', status: 200 }) } }),
  )
  // #region replay
  const recorded = replay(text)
  await using notes = await connect<typeof server>(recorded)
  // #endregion
  expect(await notes.tools.search({ word: 'tide' })).toEqual({ ids: ['tides'] })
  await expect(notes.tools.search({ word: 'storm' })).rejects.toThrow('recorded "tide", got "storm"')
})
