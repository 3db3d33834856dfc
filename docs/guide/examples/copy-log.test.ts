import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { getPlatformProxy } from 'wrangler'

interface Bucket {
  put(key: string, text: string): Promise<unknown>
}

it('copies what the bucket of one’s own machine has', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-copy-log-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  cpSync(join(import.meta.dirname, 'copy-log.ts'), join(folder, 'copy-log.ts'))
  const config = readFileSync(join(import.meta.dirname, 'audited-wrangler.jsonc'), 'utf8')
  writeFileSync(join(folder, 'wrangler.jsonc'), config)
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  symlinkSync(join(import.meta.dirname, '../../../node_modules'), join(folder, 'node_modules'))

  const log = 'audit/log/2026-11-20/10-00-00.000-0000000001.jsonl'
  const { env, dispose } = await getPlatformProxy<{ AUDIT_LOG: Bucket }>({
    configPath: join(folder, 'wrangler.jsonc'),
    persist: { path: join(folder, '.wrangler/state/v3') },
  })
  await env.AUDIT_LOG.put('audit/head.json', 'the end')
  await env.AUDIT_LOG.put(log, 'records')
  await env.AUDIT_LOG.put('audit/refused/1.json', 'no record')
  await dispose()

  await promisify(execFile)(process.execPath, ['copy-log.ts'], { cwd: folder })
  expect(readFileSync(join(folder, log), 'utf8')).toBe('records')
  expect(readFileSync(join(folder, 'audit/head.json'), 'utf8')).toBe('the end')
  expect(() => readFileSync(join(folder, 'audit/refused/1.json'))).toThrow('ENOENT')
}, 60_000)
