import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'hawser'
import { afterAll, expect, it } from 'vitest'
import { startFile } from './fixtures/run-file.ts'
import type server from './berths.ts'

const folder = mkdtempSync(join(tmpdir(), 'berths-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const key = 'QXMgaWYgaXQgd2VyZSBtYWRlIGJ5IG9wZW5zc2wgcmFuZA'
const start = async (name: string) => {
  const child = startFile('serve-berths.ts', [], {
    PORT: '0',
    PUBLIC_HOST: 'localhost',
    SEAL_KEYS: key,
    AUDIT_KEY: key,
    BERTHS_DB: join(folder, 'berths.db'),
    AUDIT_FILE: join(folder, `${name}.jsonl`),
  })
  const [said] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
  const port = /:(\d+)\/mcp/.exec(said)?.[1]
  const end = async () => {
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  }
  return { origin: `http://localhost:${port}`, port, end }
}

it('serves from several processes over one database, and ends when it is told to', async () => {
  const [one, two] = [await start('one'), await start('two')]
  await using first = await connect<typeof server>(`${one.origin}/mcp`)
  await using second = await connect<typeof server>(`${two.origin}/mcp`)
  expect(await first.tools.take({ number: 3, boat: 'Ada' })).toBe('Ada lies at berth 3.')
  await expect(second.tools.take({ number: 3, boat: 'Bob' })).rejects.toThrow('Berth 3 is taken.')
  expect(await second.tools.berths()).toBe('[{"number":3,"boat":"Ada"}]')
  expect(await (await fetch(`${one.origin}/healthz`)).text()).toBe('ok\n')
  expect((await fetch(`http://127.0.0.1:${one.port}/mcp`, { method: 'POST' })).status).toBe(403)
  await Promise.all([one.end(), two.end()])
  expect(readFileSync(join(folder, 'one.jsonl'), 'utf8')).toContain('"take"')
})
