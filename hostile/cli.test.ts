import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

interface Ended {
  readonly code: number | null
  readonly output: string
  readonly tookMs: number
}

/** Runs the `hawser` command on a hostile server, with little memory. */
function hawser(mode: string, ...args: readonly string[]): Promise<Ended> {
  const start = performance.now()
  const flags = ['--conditions=hawser-source', '--max-old-space-size=192']
  const program = ['--', process.execPath, fileOf('attackers/catalogue.ts'), mode]
  const child = spawn(process.execPath, [...flags, fileOf('../packages/cli/src/main.ts'), ...args, ...program], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', FORCE_COLOR: '0' },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  return new Promise((resolve) =>
    child.on('close', (code) => resolve({ code, output, tookMs: performance.now() - start })),
  )
}

/** What a terminal would act on, or what would hide in it. */
const ACTIVE = /[^\P{Cc}\t\n]|[\p{Zl}\p{Zp}\p{Bidi_Control}\u{200b}\u{e0000}-\u{e007f}]/u

/** Longest that a command may take for what a person would find nothing in, on a busy machine. (milliseconds) */
const PATIENCE_MS = 15_000
/** Most characters that a person is shown. */
const MOST_SHOWN = 20_000

describe.concurrent('the command line, before a hostile server', () => {
  it.each([
    ['list --no-json', 'escapes'],
    ['list --json', 'escapes'],
    ['list --no-json --stderr', 'escapes'],
    ['call echo --text x --no-json', 'escapes'],
    ['call echo --text x --json', 'escapes'],
    ['call echo --help', 'escapes'],
    ['call nothing --no-json', 'escapes'],
    ['list --no-json', 'error'],
    ['call echo --text x', 'error'],
  ])('prints nothing that a terminal would act on: %s (%s)', async (line, mode) => {
    const { output, code } = await hawser(mode, ...line.split(' '))
    expect(output).not.toMatch(ACTIVE)
    expect(output.length).toBeLessThan(MOST_SHOWN)
    expect(code).toBe(mode === 'error' ? 1 : 0)
  })

  it('shows that two names only look alike', async () => {
    const { output } = await hawser('escapes', 'list', '--no-json')
    expect(output).toContain('echo<U+200B>')
  })

  it.each([
    ['list --no-json', 'bombs', 0],
    ['call echo --help', 'bombs', 0],
    ['call echo --text 1', 'bombs', 2],
    ['call redos --text aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa --no-json', 'bombs', 0],
    ['call loop --help', 'bombs', 0],
    ['call elsewhere --help', 'bombs', 0],
    ['call wide --help', 'bombs', 0],
    ['call wide --p7 x --no-json', 'bombs', 0],
    ['call __proto__ --help', 'bombs', 0],
    ['call constructor --toString 1 --no-json', 'bombs', 0],
    ['call nonsense --x 1 --no-json', 'bombs', 0],
    ['list --no-json', 'crowd', 0],
    ['call tool99999 --help', 'crowd', 0],
    ['list --no-json', 'long', 0],
    ['call nothing --no-json', 'long', 0],
  ])('comes to an end soon and says little: %s (%s)', async (line, mode, exitCode) => {
    const { output, code, tookMs } = await hawser(mode, ...line.split(' '))
    expect(code).toBe(exitCode)
    expect(tookMs).toBeLessThan(PATIENCE_MS)
    expect(output.length).toBeLessThan(MOST_SHOWN)
  })

  it.each(['bombs', 'crowd', 'long'])('hands everything to programs: list --json (%s)', async (mode) => {
    const { output, code } = await hawser(mode, 'list', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(output)).toHaveProperty('tools')
  })
})
