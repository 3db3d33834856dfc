import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { HARBOUR, HAWSER, runCli, startCli } from '../fixtures/run-cli.ts'

/** A request as a client writes it on one line. */
const request = (id: number, method: string, params: object = {}): string => {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  return `${JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta } })}\n`
}

const answers = (stdout: string): readonly unknown[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)

describe('hawser run', () => {
  it('serves over stdio until its input ends, with nothing but messages on standard output', async () => {
    const input = request(1, 'server/discover') + request(2, 'tools/call', { name: 'echo', arguments: { a: 1 } })
    const { code, stdout, stderr } = await runCli(['run', HARBOUR], { input })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(answers(stdout)).toMatchObject([
      { id: 1, result: { supportedVersions: ['2026-07-28'] } },
      { id: 2, result: { content: [{ type: 'text', text: '{"a":1}' }] } },
    ])
  })

  it('is a program that the other commands can talk to', async () => {
    const { code, stdout, stderr } = await runCli(['call', 'find', '--words', 'x', '--', ...HAWSER, 'run', HARBOUR])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ structuredContent: { asked: { words: 'x' } } })
  })

  it('grants only the scopes that it is told to grant', async () => {
    const book = [
      'call',
      'book',
      '--answer',
      'berth={"boat":"Ada","nights":1}',
      '--no-json',
      '--',
      ...HAWSER,
      'run',
      HARBOUR,
    ]
    const [all, none] = await Promise.all([runCli(book), runCli([...book, '--scopes', ''])])
    expect(all).toMatchObject({ code: 0, stdout: 'Booked a buoy for Ada, 1 nights.\n' })
    expect(none).toMatchObject({ code: 1, stdout: '' })
    expect(none.stderr).toContain('berths:write')
  })

  it('serves over HTTP, says where on standard error, and ends with Ctrl-C', async () => {
    const running = startCli(['run', HARBOUR, '--http', '0'])
    const [url = ''] = await running.sees(/http:\/\/127\.0\.0\.1:\d+\/mcp/)
    const [listed, called, read] = await Promise.all([
      runCli(['list', url]),
      runCli(['call', url, 'tow', '--no-json', '--header', 'X-Boat: 7']),
      runCli(['read', url, 'logs://7']),
    ])
    expect(JSON.parse(listed.stdout)).toMatchObject({ server: { name: 'harbour' } })
    expect(called).toEqual({ code: 0, stdout: 'Towed.\n', stderr: 'tow  1/2  Line one\n' })
    expect(read).toMatchObject({ code: 0, stdout: 'Day 7' })
    running.child.kill('SIGINT')
    const { code, stdout, stderr } = await running.ended
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr).toContain('--scopes berths:write')
  })

  it('refuses callers over HTTP what needs a scope, unless it is told to grant it', async () => {
    const book = (url: string) =>
      runCli(['call', url, 'book', '--answer', 'berth={"boat":"Ada","nights":1}', '--no-json'])
    const plain = startCli(['run', HARBOUR, '--http', '0'])
    const granting = startCli(['run', HARBOUR, '--http', '0', '--scopes', 'berths:write'])
    const urls = await Promise.all([plain, granting].map(async ({ sees }) => (await sees(/http:\/\/\S+\/mcp/))[0]))
    const [refused, granted] = await Promise.all(urls.map(book))
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused?.stderr).toContain('--header')
    expect(granted).toMatchObject({ code: 0, stdout: 'Booked a buoy for Ada, 1 nights.\n' })
    for (const { child } of [plain, granting]) child.kill('SIGINT')
    await Promise.all([plain.ended, granting.ended])
  })

  it('hands what follows -- to the file, and keeps what that prints off standard output', async () => {
    const { code, stdout, stderr } = await runCli(['run', HARBOUR, '--', 'noisy'], { input: request(1, 'tools/list') })
    expect(code).toBe(0)
    expect(answers(stdout)).toMatchObject([{ id: 1 }])
    expect(stderr).toContain('noisy harbour')
  })

  it('says when the port is taken', async () => {
    const taken = createServer()
    const port = await new Promise<number>((resolve) => {
      taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port))
    })
    const { code, stderr } = await runCli(['run', HARBOUR, '--http', String(port)])
    taken.close()
    expect(code).toBe(3)
    expect(stderr).toContain(`Port ${port} of 127.0.0.1 is in use.`)
  })

  it.each([
    [[], 'run needs a FILE.'],
    [[HARBOUR, 'more'], 'write it after --'],
    [[HARBOUR, '--http', 'x'], '--http takes a port'],
    [[HARBOUR, '--http', '70000'], '--http takes a port'],
    [[HARBOUR, '--http'], '--http needs a value.'],
    [[HARBOUR, '--host', '0.0.0.0'], '--host needs --http PORT.'],
    [[HARBOUR, '--scopes', 'berths:wirte'], 'It has berths:write.'],
    [[HARBOUR, '--http', '0', '--host', '0.0.0.0', '--scopes', 'berths:write'], 'only for an address of this machine'],
    [['no-such.ts'], 'There is no file'],
    [['http://127.0.0.1:3000/mcp'], 'hawser list http://127.0.0.1:3000/mcp'],
  ])('says what is wrong with %j, and ends with 2', async (args, message) => {
    const { code, stdout, stderr } = await runCli(['run', ...args])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
  })
})

it('does not speak of programs to who wants to serve a file', async () => {
  const told = await Promise.all([
    runCli(['run', 'no-such.ts']),
    runCli(['run', join(import.meta.dirname, '../../README.md')]),
  ])
  for (const { code, stderr } of told)
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.not.stringContaining('-- ') })
})

describe('a program', () => {
  it('that cannot be started is a failed connection', async () => {
    const { code, stderr } = await runCli(['list', '--', 'no-such-program-at-all'])
    expect(code).toBe(3)
    expect(stderr).toContain('no-such-program-at-all')
  })

  it('that does not answer is given up, and one that serves nothing is told what is expected', async () => {
    const silent = ['list', '--timeout', '0.3', '--', process.execPath, '-e', 'process.stdin.resume()']
    const [late, ended] = await Promise.all([runCli(silent), runCli(['list', '--', process.execPath, '-e', '1'])])
    expect([late.code, ended.code]).toEqual([3, 3])
    expect(late.stderr).toContain('--stderr')
    expect(ended.stderr).toContain('serve MCP over stdio')
  })

  it('that ends early shows the end of its standard error, without its escape sequences', async () => {
    const script = "process.stderr.write('\\u001b[31mno database\\u0007'); process.exit(7)"
    const { code, stderr } = await runCli(['list', '--', process.execPath, '-e', script])
    expect(code).toBe(3)
    expect(stderr).toContain('exited with code 7')
    expect(stderr).toContain('no database')
    expect(stderr).not.toContain('\u{1b}')
  })

  it('gets few environment variables, and those that it is handed', async () => {
    const script = 'console.error(process.env.BERTH, process.env.MOLE, process.env.SECRET); process.exit(7)'
    const args = ['list', '--env', 'BERTH', '--env', 'MOLE=east=1', '--', process.execPath, '-e', script]
    const { stderr } = await runCli(args, { env: { BERTH: 'north', SECRET: 'x' } })
    expect(stderr).toContain('north east=1 undefined')
  })

  it('has its standard error shown on request', async () => {
    const quiet = await runCli(['list', '--', ...HAWSER, 'run', HARBOUR, '--', 'noisy'])
    const shown = await runCli(['list', '--stderr', '--', ...HAWSER, 'run', HARBOUR, '--', 'noisy'])
    expect(quiet.stderr).toBe('')
    expect(shown.stderr).toContain('noisy harbour')
    expect(shown.stderr).not.toContain('\u{1b}')
  })
})
