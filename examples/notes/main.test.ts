import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { connect } from 'hawser'
import { verifyAudit } from 'hawser/audit'
import { openAudit } from 'hawser/node'
import { signIn } from 'hawser/sign-in'
import { describe, expect, it, onTestFinished } from 'vitest'
import { scriptedPerson } from './scripted-person.ts'

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'notes-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function run(folder: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const file = join(import.meta.dirname, 'main.ts')
  const child = spawn(process.execPath, ['--conditions=hawser-source', '--no-warnings', file, ...args], {
    cwd: folder,
    env: { ...process.env, NOTES_DB: undefined, NOTES_SECRET: undefined, ...env },
    stdio: 'pipe',
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, text }))
  const listening = async (): Promise<string> => {
    await expect.poll(() => text, { timeout: 10_000 }).toContain('no password')
    return /Notes at (\S+),/.exec(text)?.[1] ?? ''
  }
  return { child, ended, listening }
}

describe('the notes server over HTTP, as a program', () => {
  it('serves who signs in, with what was imported for them, and keeps all of it', { timeout: 30_000 }, async () => {
    const folder = makeFolder()
    writeFileSync(join(folder, 'tides.md'), '# Tides\n\nHigh water at seven.')
    const { child, ended, listening } = run(folder, ['--port', '0', '--import', '.', '--for', 'ada'])
    const url = await listening()
    for (const [name, count] of [
      ['ada', 1],
      ['grace', 0],
    ] as const) {
      await using client = await connect(url, { http: { auth: signIn({ ask: scriptedPerson(name) }) } })
      const { structuredContent } = await client.call('search_notes', { words: 'water' })
      expect(structuredContent).toMatchObject({ notes: { length: count } })
    }
    child.kill('SIGINT')
    const { code, text } = await ended
    expect({ code, text }).toEqual({ code: 0, text: expect.stringContaining(`npm run hawser -- login ${url}\n`) })
    expect(text).toContain('notes for ada: 1 new, 0 changed, 0 as they were, 0 left out.')

    const files = ['notes.audit.jsonl', 'notes.db', 'notes.grants.db', 'notes.secret']
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(files))
    const isOpen = (file: string): boolean => (statSync(join(folder, file)).mode & 0o077) !== 0
    expect(process.platform === 'win32' ? [] : files.filter(isOpen)).toEqual([])
    const key = readFileSync(join(folder, 'notes.secret'), 'utf8').trim()
    expect(text).not.toContain(key)
    const log = await openAudit(join(folder, 'notes.audit.jsonl'))
    expect(await verifyAudit(log, { key })).toMatchObject({ ok: true, problems: [] })
  })

  it('takes the secret of the environment, and then writes none', { timeout: 30_000 }, async () => {
    const folder = makeFolder()
    const { child, ended, listening } = run(folder, ['--port', '0'], { NOTES_SECRET: 's'.repeat(32) })
    await listening()
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: 0 })
    expect(readdirSync(folder)).not.toContain('notes.secret')
  })

  it.each([
    ['--wat', 2, /Unknown option.*--import PATH/s],
    ['--port=http', 1, /--port takes a number/],
    ['--db=:memory:', 1, /--db takes a file/],
  ])('says what is wrong with %s', { timeout: 30_000 }, async (arg, code, message) => {
    const folder = makeFolder()
    expect(await run(folder, [arg]).ended).toEqual({ code, text: expect.stringMatching(message) })
    expect(readdirSync(folder)).toEqual([])
  })

  it('takes no name that nobody can sign in with', { timeout: 30_000 }, async () => {
    const { ended } = run(makeFolder(), ['--port', '0', '--import', '.', '--for', 'ada lovelace'])
    expect(await ended).toEqual({ code: 1, text: expect.stringContaining('--for takes letters') })
  })

  it.skipIf(process.platform === 'win32')(
    'takes no secret that others may read, nor one that is short',
    { timeout: 30_000 },
    async () => {
      const folder = makeFolder()
      const file = join(folder, 'notes.secret')
      writeFileSync(file, 's'.repeat(32))
      chmodSync(file, 0o644)
      expect(await run(folder, ['--port', '0']).ended).toEqual({
        code: 1,
        text: expect.stringContaining('chmod 600 notes.secret'),
      })
      writeFileSync(file, 'short')
      chmodSync(file, 0o600)
      expect(await run(folder, ['--port', '0']).ended).toEqual({
        code: 1,
        text: expect.stringContaining('notes.secret needs 32 characters'),
      })
      expect(readdirSync(folder)).toEqual(['notes.secret'])
    },
  )
})
