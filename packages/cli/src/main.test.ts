import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { COMMANDS } from './commands/index.ts'
import { EXIT_CODES } from './exit-code.ts'
import { EMPTY_HARBOUR, HARBOUR, HAWSER, runCli, startCli } from './fixtures/run-cli.ts'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

describe('hawser', () => {
  it.each([['--version'], ['-V'], ['--no-color', '--version']])('says its version: %j', async (...args) => {
    expect(await runCli(args)).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  it.each([[['--help']], [['-h']], [['help']]])('explains itself: %j', async (args) => {
    const { code, stdout, stderr } = await runCli(args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const [name, { summary }] of Object.entries(COMMANDS))
      expect(stdout).toMatch(new RegExp(`${name} +${summary}`))
    for (const [number, meaning] of EXIT_CODES) expect(stdout).toMatch(new RegExp(`${number} +${meaning}`))
  })

  it('without a command explains itself on standard error, and ends with 2', async () => {
    const { code, stdout, stderr } = await runCli([])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('Commands')
  })

  it.each([
    [['lst', 'x.ts'], 'Did you mean hawser list?'],
    [['constructor'], 'Unknown command: constructor'],
    [['notes.ts'], 'hawser list notes.ts'],
    [['https://example.com/mcp'], 'hawser list https://example.com/mcp'],
    [['\u{1b}[31mred'], 'Unknown command: red'],
    [['--unknown', 'list'], 'Unknown option --unknown'],
    [['--hlep'], 'Did you mean --help?'],
  ])('says what is wrong with %j, and ends with 2', async (args, message) => {
    const { code, stdout, stderr } = await runCli(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
  })

  it('prints megabytes into a pipe to their end before it ends', async () => {
    const text = 'x'.repeat(3_000_000)
    const { code, stdout } = await runCli(['call', HARBOUR, 'echo', '-'], { input: JSON.stringify({ text }) })
    expect({ code, isWhole: stdout.includes(text) && stdout.endsWith('}\n') }).toEqual({ code: 0, isWhole: true })
  })

  it.each([
    [['call', 'tow'], 'There is no tool "tow".\n  The server offers no tools.'],
    [['read', 'logs://7'], 'There is no resource logs://7'],
    [['prompt', 'report'], 'There is no prompt "report".\n  The server offers no prompts.'],
  ])('says that a server has nothing of the kind: %j, and ends with 2', async ([command = '', name = ''], message) => {
    const { code, stderr } = await runCli([command, EMPTY_HARBOUR, name])
    expect(code).toBe(2)
    expect(stderr).toContain(message)
    expect(stderr).toContain('The server offers no ')
  })

  it('lets its reader go away', async () => {
    const { child, ended } = startCli(['list', HARBOUR], { input: '' })
    child.stdout?.destroy()
    expect(await ended).toMatchObject({ code: 0, stderr: '' })
  })
})

describe.each(Object.keys(COMMANDS))('hawser %s --help', (name) => {
  it('shows how it is used, each of its options and an example, within the width', async () => {
    const command = await COMMANDS[name]?.load()
    const { code, stdout, stderr } = await runCli([name, '--help'], { env: { COLUMNS: '80' } })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(command?.name).toBe(name)
    expect(stdout).toContain(`Usage\n  hawser ${name} `)
    for (const [option, { label = `--${option}` }] of Object.entries(command?.options ?? {}))
      expect(stdout).toContain(label)
    for (const { line } of command?.examples ?? []) expect(stdout).toContain(line)
    const tooWide = stdout.split('\n').filter((line) => line.length > 80 && !line.startsWith('  hawser '))
    expect(tooWide).toEqual([])
  })

  it('is what help shows too', async () => {
    const [option, command] = await Promise.all([runCli([name, '-h']), runCli(['help', name])])
    expect(command).toEqual(option)
  })
})

describe('starting', () => {
  it('loads nothing of the other commands to run a server', () => {
    const [file, ...args] = HAWSER
    const hooks = `data:text/javascript,import{registerHooks}from'node:module';registerHooks({load(url,context,next){if(url.includes('/packages/cli/')||url.includes('node_modules'))process.stderr.write(url+'\\n');return next(url,context)}})`
    const { stderr } = spawnSync(file, ['--import', hooks, ...args, 'run', HARBOUR], { input: '', encoding: 'utf8' })
    const loaded = stderr.split('\n').map((url) => url.replace(/.*\/(packages\/cli\/src|node_modules)\//, ''))
    expect(
      loaded.filter((path) => path.startsWith('output/') || path.startsWith('questions/') || path.includes('clack')),
    ).toEqual([])
    expect(loaded).toContain('serve/stdio.ts')
  })
})
