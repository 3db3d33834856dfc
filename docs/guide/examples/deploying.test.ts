import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listen } from 'hawser/node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readPage } from '../commands/read-page.ts'
import notes from './notes.ts'

const root = join(import.meta.dirname, '../../..')
const page = readFileSync(join(root, 'docs/guide/deploying.md'), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'hawser-guide-'))

/** What the page would have people type. */
const commands = readPage(page).map(({ line }) => line.replace('npx hawser ', ''))

beforeAll(() => {
  const [, config = ''] = /```jsonc\n([\s\S]*?)```/.exec(page) ?? []
  writeFileSync(join(folder, 'wrangler.jsonc'), config)
  copyFileSync(join(import.meta.dirname, 'notes.ts'), join(folder, 'notes.ts'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs a line of the page until it ends, or has said what it is run for. */
function run(
  args: readonly string[],
  isEnough?: RegExp,
): Promise<{ readonly code: number | null; readonly said: string }> {
  const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env
  const child = spawn(
    process.execPath,
    ['--conditions=hawser-source', join(root, 'packages/cli/src/main.ts'), ...args],
    {
      cwd: folder,
      env: {
        ...env,
        WRANGLER_BUILD_CONDITIONS: 'hawser-source,workerd,worker,browser',
        WRANGLER_SEND_METRICS: 'false',
        HAWSER_HOME: join(folder, 'home'),
      },
    },
  )
  let said = ''
  let isHeard = false
  const hear = (text: string): void => {
    said += text
    if (isHeard || isEnough?.test(said) !== true) return
    isHeard = true
    child.kill('SIGINT')
  }
  child.stdout.setEncoding('utf8').on('data', hear)
  child.stderr.setEncoding('utf8').on('data', hear)
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, said })))
}

it('names commands of each kind', () => {
  expect(new Set(commands.map((line) => line.split(' ')[0]))).toEqual(new Set(['dev', 'deploy', 'doctor']))
})

it.each(commands.filter((line) => line.startsWith('dev')))(
  'npx hawser %s',
  async (line) => {
    const { code, said } = await run([...line.split(' '), '--port', '0'], /Ctrl-C ends it/)
    expect({ code, said }).toEqual({ code: 0, said: expect.stringMatching(/notes at http:\/\/127\.0\.0\.1:\d+\/mcp/) })
  },
  60_000,
)

it.each(commands.filter((line) => line.startsWith('deploy')))(
  'npx hawser %s',
  async (line) => {
    // Nobody has an account here.
    const { code, said } = await run([...new Set([...line.split(' '), '--dry-run', '--no-json'])])
    expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining('What would change') })
  },
  60_000,
)

it.each(commands.filter((line) => line.startsWith('doctor')))(
  'npx hawser %s',
  async (line) => {
    await using server = await listen(notes)
    const args = line
      .replace(/https:\S+/, server.url)
      .replace('6m', '1s')
      .split(' ')
    const { code, said } = await run(args)
    expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining('2026-07-28') })
  },
  60_000,
)
