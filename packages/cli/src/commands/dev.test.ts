import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'hawser'
import { afterAll, describe, expect, it } from 'vitest'
import { runCli, startCli } from '../fixtures/run-cli.ts'
import { CTRL_C, HAS_TERMINAL, openTerminal } from '../fixtures/terminal.ts'

const root = mkdtempSync(join(tmpdir(), 'hawser-dev-'))
const modules = join(import.meta.dirname, '../../../../node_modules')
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A folder of its own. */
const makeFolder = (name: string): string => {
  const folder = join(root, name)
  mkdirSync(folder)
  return folder
}

const SERVER = `import { mcp } from 'hawser'
import { word } from './word.ts'
const { tool, server } = mcp({ name: 'echo', version: '1.0.0' })
export default server({ tools: { say: tool({ description: 'Says it.', effect: 'read', run: () => word }) } })
`

const say = async (url: string): Promise<unknown> => {
  await using client = await connect(url)
  const { content } = await client.call('say', {})
  return content
}

describe('hawser dev FILE', () => {
  it('takes changes over at the same address, and has callers wait meanwhile', async () => {
    const folder = makeFolder('node')
    symlinkSync(modules, join(folder, 'node_modules'))
    writeFileSync(join(folder, 'echo.ts'), SERVER)
    const save = (text: string) => writeFileSync(join(folder, 'word.ts'), text)
    save("export const word = 'one'")
    const running = startCli(['dev', 'echo.ts', '--port', '0'], { cwd: folder })
    const [, url = ''] = await running.sees(/echo at (http:\/\/127\.0\.0\.1:\d+\/mcp) on Node/)
    await running.sees(
      /npx @modelcontextprotocol\/inspector --server-url http:\/\/127\.0\.0\.1:\d+\/mcp --transport http/,
    )
    await running.sees(/hawser install echo\.ts/)
    await running.sees(/Ctrl-C ends it/)
    expect(await say(url)).toMatchObject([{ text: 'one' }])

    const change = async (text: string, seen: RegExp) => {
      // Node may not watch yet what it has just loaded: whoever sees nothing happen saves again.
      const again = setInterval(() => save(text), 1000)
      save(text)
      await running.sees(seen)
      clearInterval(again)
    }
    await change("export const word = 'two'", /Restarted\./)
    expect(await say(url)).toMatchObject([{ text: 'two' }])

    await change('export const word = ', /It does not run/)
    const waiting = say(url)
    await change("export const word = 'three'", /Restarted\./)
    expect(await waiting).toMatchObject([{ text: 'three' }])

    running.child.kill('SIGINT')
    const { code, stdout, stderr } = await running.ended
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    // Only the address that stays is shown.
    expect(new Set(stderr.match(/http:\/\/127\.0\.0\.1:\d+/g))).toEqual(new Set([new URL(url).origin]))
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  }, 60_000)

  it('leaves nothing behind when it is killed', async () => {
    const folder = makeFolder('killed')
    symlinkSync(modules, join(folder, 'node_modules'))
    writeFileSync(join(folder, 'word.ts'), "export const word = 'one'")
    writeFileSync(
      join(folder, 'echo.ts'),
      `${SERVER}process.stderr.write('runs as ' + process.pid + ' for ' + process.ppid + '\\n')\n`,
    )
    const running = startCli(['dev', 'echo.ts', '--port', '0'], { cwd: folder })
    const [, ...pids] = await running.sees(/runs as (\d+) for (\d+)/)
    running.child.kill('SIGKILL')
    const isAlive = (pid: string): boolean => {
      try {
        return process.kill(Number(pid), 0)
      } catch {
        return false
      }
    }
    await expect.poll(() => pids.filter(isAlive), { timeout: 20_000 }).toEqual([])
  }, 60_000)
})

describe('hawser dev of a Worker', () => {
  it('runs it as its configuration says, takes changes over, keeps what it stores', async () => {
    const folder = makeFolder('worker')
    symlinkSync(modules, join(folder, 'node_modules'))
    cpSync(join(import.meta.dirname, '../fixtures/worker'), folder, { recursive: true })
    const config = readFileSync(join(folder, 'wrangler.jsonc'), 'utf8')
    const configure = (more: string): void =>
      writeFileSync(join(folder, 'wrangler.jsonc'), config.replace('"vars": { "GREETING": "hello" }', more))
    configure('"vars": { "ORIGIN": "https://harbour.example.com" }')
    const env = { WRANGLER_BUILD_CONDITIONS: 'hawser-source,workerd,worker,browser', WRANGLER_SEND_METRICS: 'false' }
    const start = async () => {
      const running = startCli(['dev', 'index.ts', '--port', '0'], { cwd: folder, env })
      const [, url = ''] = await running.sees(/harbour at (http:\/\/127\.0\.0\.1:\d+\/mcp) on Workers/)
      return { running, url, count: async () => (await fetch(new URL('/count', url))).text() }
    }
    const first = await start()
    expect(await first.count()).toBe('1')
    // It is told where it really is, although it has another name elsewhere.
    const { origin } = new URL(first.url)
    expect(await (await fetch(new URL('/origin', origin))).json()).toEqual([origin, origin])
    const taken = await runCli(['dev', '--port', new URL(origin).port], { cwd: folder, env })
    expect(taken).toMatchObject({ code: 3, stderr: expect.stringMatching(/Port \d+ of 127\.0\.0\.1 is in use/) })
    const source = readFileSync(join(folder, 'index.ts'), 'utf8')
    writeFileSync(join(folder, 'index.ts'), source.replace('7:40', '9:15'))
    await first.running.sees(/updated and ready/)
    await using client = await connect(first.url)
    expect((await client.call('tides', {})).content).toMatchObject([{ text: '9:15 and 20:05' }])
    expect(await first.count()).toBe('2')
    // In workerd, too, nothing is wrong.
    const { code, stdout } = await runCli(['doctor', first.url, '--listen', '0.5s', '--call', 'tides'], { cwd: folder })
    expect({ code, diagnosis: JSON.parse(stdout) }).toMatchObject({
      code: 0,
      diagnosis: { counts: { bad: 0, note: 0 } },
    })
    // An open stream does not keep it from ending.
    await client.listen({ toolsListChanged: true })
    first.running.child.kill('SIGINT')
    expect((await first.running.ended).code).toBe(0)

    const second = await start()
    expect(await second.count()).toBe('3')
    // Nothing of it stays, even if it could not end what it has started.
    second.running.child.kill('SIGKILL')
    await second.running.ended
    await expect.poll(() => fetch(second.url).catch(() => 'gone'), { timeout: 20_000 }).toBe('gone')

    writeFileSync(join(folder, '.dev.vars'), 'ORIGIN=https://quick.trycloudflare.com\n')
    configure('"routes": ["harbour.example.com/*"]')
    const third = await start()
    const there = await (await fetch(new URL('/origin', third.url))).json()
    expect(there).toEqual(['https://quick.trycloudflare.com', new URL(third.url).origin])
    // Routes do not let strangers in.
    const again = await runCli(['doctor', third.url, '--listen', '0.5s', '--call', 'tides'], { cwd: folder })
    expect(JSON.parse(again.stdout)).toMatchObject({ counts: { bad: 0, note: 0 } })
    third.running.child.kill('SIGINT')
    await third.running.ended
  }, 90_000)

  it('says where secrets are read from when it does not start and there are none', async () => {
    const folder = makeFolder('secretless')
    symlinkSync(modules, join(folder, 'node_modules'))
    writeFileSync(
      join(folder, 'wrangler.jsonc'),
      '{ "name": "bare", "main": "index.js", "compatibility_date": "2026-06-11" }',
    )
    writeFileSync(join(folder, 'index.js'), "throw new Error('no secret')")
    const { code, stderr } = await runCli(['dev', '--port', '0'], {
      cwd: folder,
      env: { WRANGLER_SEND_METRICS: 'false' },
    })
    expect(code).toBe(4)
    expect(stderr).toContain('those are read from .dev.vars')
  }, 60_000)

  it('says how to install wrangler where there is none', async () => {
    const folder = makeFolder('bare')
    writeFileSync(join(folder, 'wrangler.jsonc'), '{ "name": "bare", "main": "index.ts" }')
    const { code, stderr } = await runCli(['dev'], { cwd: folder })
    expect(code).toBe(2)
    expect(stderr).toContain('npm install --save-dev wrangler')
    const node = await runCli(['dev', 'no-such.ts'], { cwd: folder })
    expect(node.stderr).toContain('There is no file no-such.ts')
  })
})

describe.runIf(HAS_TERMINAL)('at a terminal', () => {
  it('opens the inspector of the project, and ends', async () => {
    const folder = makeFolder('inspected')
    const inspector = join(folder, 'node_modules/@modelcontextprotocol/inspector')
    mkdirSync(inspector, { recursive: true })
    symlinkSync(join(modules, 'hawser'), join(folder, 'node_modules/hawser'))
    writeFileSync(join(inspector, 'package.json'), '{ "bin": { "mcp-inspector": "bin.cjs" } }')
    writeFileSync(
      join(inspector, 'bin.cjs'),
      'console.log("inspects", ...process.argv.slice(2)); setInterval(() => {}, 1000)',
    )
    writeFileSync(join(folder, 'word.ts'), "export const word = 'one'")
    writeFileSync(join(folder, 'echo.ts'), SERVER)
    const terminal = openTerminal(['dev', join(folder, 'echo.ts'), '--port', '0'])
    await terminal.sees(/press i for the MCP Inspector/)
    await terminal.sees(/Ctrl-C ends it/)
    terminal.type('i')
    await terminal.sees(/inspects --server-url http:\/\/127\.0\.0\.1:\d+\/mcp --transport http/)
    terminal.type(CTRL_C)
    expect(await terminal.ended).toMatchObject({ code: 0 })
  }, 60_000)
})

it.each([
  [[], 'hawser dev notes.ts'],
  [['no-such.ts'], 'There is no file no-such.ts'],
  [['a.ts', 'b.ts'], 'Unexpected "b.ts".'],
  [['a.ts', '--port', 'x'], '--port takes a port'],
  [['--node'], '--node needs a FILE.'],
  [['a.ts', '--env', 'x'], '--env is for the Worker'],
])('says what is wrong with dev %j, and ends with 2', async (args, message) => {
  const { code, stderr } = await runCli(['dev', ...args], { cwd: root })
  expect(code).toBe(2)
  expect(stderr).toContain(message)
})
