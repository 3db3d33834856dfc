import { connect } from 'hawser'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createSampleRepository, plainGit, temporaryFolder } from '../examples/git-history/git/sample-repository.ts'
import type server from '../examples/git-history/server.ts'
import { chooseRepository } from './tour/choose-repository.ts'

const folder = temporaryFolder()
beforeAll(() => {
  createSampleRepository(folder.path)
  mkdirSync(temporary)
  plainGit(folder.path, ['read-tree', 'HEAD'])
  plainGit(folder.path, ['commit', '--quiet', '--allow-empty', '--message=Late \u001b[31m\u009b2J \u202e tide'])
})
afterAll(() => folder.remove())

const script = join(import.meta.dirname, 'start.ts')
/** Where the tour puts what is gone after it. */
const temporary = join(folder.path, '.git', 'temporary')
const env = { ...process.env, COLUMNS: '80', FORCE_COLOR: undefined, TMPDIR: temporary, TEMP: temporary }
const run = (...args: readonly string[]) => {
  const child = spawn(process.execPath, ['--conditions=hawser-source', script, ...args], { stdio: 'pipe', env })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, text }))
  return { child, ended, seen: () => text }
}

describe('npm start', () => {
  let tour: { readonly code: number | null; readonly text: string }
  beforeAll(async () => void (tour = await run('--once', '--repo', folder.path).ended))

  it('asks over two transports and with sign-in, and ends with --once', () => {
    const text = expect.stringMatching(/over stdio[^]+over HTTP[^]+with sign-in[^]+who did what[^]+11 answers in/)
    expect(tour).toEqual({ code: 0, text })
    expect(tour.text).toContain('What happened since the first commit?')
    expect(tour.text).toContain('Add a tide calculator')
  })

  it('lets no text of a repository move the cursor, recolour or reorder', () => {
    expect(tour.text).toMatch(/Late .*tide/)
    // oxlint-disable-next-line no-control-regex
    expect(tour.text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
  })

  it('is asked for more before the first note is written, and not before', () => {
    expect(tour.text.match(/needs notes:write/g)).toHaveLength(1)
    expect(tour.text).toMatch(/ 9 Which notes[^]+A\s+script signs in as ada[^]+10 Write down[^]+needs notes:write/)
    expect(tour.text).toContain('Tides: High water at seven.')
    expect(tour.text).toContain('on Cloudflare Workers')
  })

  it('ends with what is on record, to the last call', () => {
    const [, report = ''] = tour.text.split('hawser audit report audit.jsonl')
    expect(report).toMatch(/approved: notes:read\n.*approved: notes:read, notes:write\n/)
    expect(report).toMatch(/did +search_notes {2}2 times.*\n +save_note {2}once/)
    expect(report).toMatch(/refused +save_note {2}once.*without notes:write/)
  })

  it('shows no token, code or page with one', () => {
    expect(tour.text).not.toMatch(/eyJ|authorize\?|[?&](?:code|state)=|code_challenge/)
  })

  it('leaves no notes behind', () => {
    expect(readdirSync(temporary)).toEqual([])
  })

  it('keeps to the width of the terminal', () => {
    expect(tour.text.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  it('has the notes on Node where that is wanted', { timeout: 30_000 }, async () => {
    const { code, text } = await run('--once', '--node', '--repo', folder.path).ended
    expect({ code, text }).toEqual({ code: 0, text: expect.stringMatching(/own notes, on Node[^]+11 answers in/) })
    expect(text).not.toContain('Cloudflare')
  })

  it('goes on serving until it is interrupted, and says how to connect', { timeout: 60_000 }, async () => {
    const { child, ended, seen } = run('--port', '0', '--repo', folder.path)
    onTestFinished(() => void child.kill('SIGKILL'))
    await expect
      .poll(seen, { timeout: 40_000 })
      .toMatch(/goes on serving .*claude mcp add .*code --add-mcp .*hawser -- login/s)
    const [, url = ''] = /serving (\S+)/.exec(seen()) ?? []
    await using client = await connect<typeof server>(url)
    expect((await client.tools.find_changes({ words: 'gauge late' })).total).toBe(1)
    child.kill('SIGINT')
    expect(await ended).toEqual({ code: 0, text: expect.stringContaining('Closed.') })
  })

  it.each([
    [['--repo', '/nowhere'], 1, /Expected a folder with a git repository/],
    [['--wat'], 2, /Unknown option.*--once/s],
    [['--port', 'http'], 2, /--port takes a number/],
  ] as const)('says what is wrong with %j', async (args, code, message) => {
    expect(await run('--once', ...args).ended).toEqual({ code, text: expect.stringMatching(message) })
  })
})

describe('a copy without history', () => {
  it('asks a sample, says so, and leaves nothing behind', async () => {
    const copy = temporaryFolder()
    onTestFinished(copy.remove)
    const { folder: asked, why, remove } = await chooseRepository(copy.path, undefined)
    expect([existsSync(join(asked, '.git')), why]).toEqual([true, expect.stringContaining('--repo PATH')])
    remove()
    expect(existsSync(asked)).toBe(false)
  })

  it('may have a repository without commits', async () => {
    const copy = temporaryFolder()
    onTestFinished(copy.remove)
    plainGit(copy.path, ['init', '--quiet'])
    const { folder: asked, remove } = await chooseRepository(copy.path, undefined)
    onTestFinished(remove)
    expect(asked).not.toBe(copy.path)
  })

  it('is not mistaken for the repository around it', async () => {
    const { folder: asked, remove } = await chooseRepository(join(folder.path, 'src'), undefined)
    onTestFinished(remove)
    expect(asked).not.toContain(folder.path)
  })
})
