import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openTrace } from './trace-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'trace-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = (name: string): string => join(folder, name)

it('has each line on the disk at once, for its owner alone', () => {
  const file = openTrace(path('a.jsonl'))
  file.write('{"hawser":"trace"}\n')
  expect(readFileSync(path('a.jsonl'), 'utf8')).toBe('{"hawser":"trace"}\n')
  expect(statSync(path('a.jsonl')).mode & 0o777).toBe(process.platform === 'win32' ? 0o666 : 0o600)
  file.close()
  file.close()
  file.write('late')
  expect(readFileSync(path('a.jsonl'), 'utf8')).not.toContain('late')
})

it('overwrites a trace and an empty file, and nothing else', () => {
  const again = openTrace(path('a.jsonl'))
  again.close()
  expect(readFileSync(path('a.jsonl'), 'utf8')).toBe('')
  openTrace(path('a.jsonl')).close()
  writeFileSync(path('b.jsonl'), 'precious')
  expect(() => openTrace(path('b.jsonl'))).toThrow('exists and is no trace')
  expect(readFileSync(path('b.jsonl'), 'utf8')).toBe('precious')
  expect(() => openTrace(folder)).toThrow()
})

it('keeps what was written when the process is killed', () => {
  const script = `
    import { openTrace } from ${JSON.stringify(join(import.meta.dirname, 'trace-file.ts'))}
    const file = openTrace(${JSON.stringify(path('killed.jsonl'))})
    for (let at = 0; at < 100; at++) file.write(at + '\\n')
    process.kill(process.pid, 'SIGKILL')
    setTimeout(() => {}, 10_000)`
  const { status } = spawnSync(process.execPath, ['--input-type=module', '--conditions=hawser-source', '-e', script])
  expect(status).not.toBe(0)
  expect(readFileSync(path('killed.jsonl'), 'utf8').trimEnd().split('\n')).toHaveLength(100)
})
