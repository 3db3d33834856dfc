import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'hawser'
import { command } from 'hawser/node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HARBOUR, runCli } from '../fixtures/run-cli.ts'
import { HAS_TERMINAL, openTerminal } from '../fixtures/terminal.ts'

const URL_ = 'https://notes.example.com/mcp'

let home: string
beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'hawser-home-')))
})
afterEach(() => rm(home, { recursive: true }))

const environment = (): Record<string, string> => ({
  HOME: home,
  USERPROFILE: home,
  HAWSER_HOME: join(home, 'kept'),
  XDG_CONFIG_HOME: '',
  CODEX_HOME: '',
})
const run = (...args: readonly string[]) => runCli(['install', ...args], { cwd: home, env: environment() })
const cursor = (): string => join(home, '.cursor/mcp.json')
const write = async (path: string, text: string): Promise<void> => {
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, text)
}

const BEFORE =
  '{\n\t// mine\n\t"mcpServers": {\n\t\t"a": { "command": "x", "env": { "TOKEN": "hush" } } // keep\n\t}\n}\n'

describe('hawser install', () => {
  it('writes a command that serves the file, from wherever it is started', async () => {
    const { code, stderr } = await run(HARBOUR, '--host', 'cursor', '--yes')
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('+    "harbour": {') })
    const { mcpServers } = JSON.parse(await readFile(cursor(), 'utf8'))
    const { command: file, args } = mcpServers.harbour
    await using client = await connect(command(file, args, { cwd: '/', env: { PATH: '' } }))
    expect((await client.listTools()).map(({ name }) => name)).toContain('find')
    expect((await stat(cursor())).mode & 0o777).toBe(0o600)
  })

  it('shows what changes and changes nothing, until somebody agrees', async () => {
    await write(cursor(), BEFORE)
    const alone = await run(URL_, '--host', 'cursor')
    expect(alone.code).toBe(2)
    expect(alone.stderr).toContain('--yes')
    expect(alone.stderr).toContain('"url": "https://notes.example.com/mcp"')
    const dry = await run(URL_, '--host', 'cursor', '--dry-run')
    expect(dry.code).toBe(0)
    expect(JSON.parse(dry.stdout)).toMatchObject([{ changed: false, entry: { url: URL_ } }])
    expect(await readFile(cursor(), 'utf8')).toBe(BEFORE)
  })

  it('does it once, however often it is asked, and takes it back to the letter', async () => {
    await write(cursor(), BEFORE)
    await chmod(cursor(), 0o640)
    expect(JSON.parse((await run(URL_, '--host', 'cursor', '--yes')).stdout)).toMatchObject([{ changed: true }])
    const after = await readFile(cursor(), 'utf8')
    expect(after).toContain('// keep\n\t\t"notes": {\n\t\t\t"url"')
    expect(JSON.parse((await run(URL_, '--host', 'cursor', '--yes')).stdout)).toMatchObject([{ changed: false }])
    expect(await readFile(cursor(), 'utf8')).toBe(after)
    expect((await stat(cursor())).mode & 0o777).toBe(0o640)
    const undone = await run(URL_, '--host', 'cursor', '--undo', '--yes', '--no-json')
    expect(undone.stdout).toContain('is what it was before')
    expect(await readFile(cursor(), 'utf8')).toBe(BEFORE)
    expect(await readdir(join(home, 'kept/installed'))).toEqual([])
  })

  it('leaves nothing of a configuration that was not there', async () => {
    await run(URL_, '--host', 'codex', '--host', 'cursor', '--yes')
    expect(await readFile(join(home, '.codex/config.toml'), 'utf8')).toBe(`[mcp_servers.notes]\nurl = "${URL_}"\n`)
    await run(URL_, '--host', 'codex', '--host', 'cursor', '--undo', '--yes')
    expect((await readdir(home)).filter((name) => name !== 'kept')).toEqual([])
  })

  it('takes back its own part when the rest was changed since', async () => {
    await write(cursor(), BEFORE)
    await run(URL_, '--host', 'cursor', '--yes')
    const changed = (await readFile(cursor(), 'utf8')).replace('// mine', '// mine, too').replace('"x"', '"y"')
    await writeFile(cursor(), changed)
    const { stdout } = await run(URL_, '--host', 'cursor', '--undo', '--yes', '--no-json')
    expect(stdout).toContain('What else was changed since stays')
    expect(await readFile(cursor(), 'utf8')).toBe(BEFORE.replace('// mine', '// mine, too').replace('"x"', '"y"'))
  })

  it('takes it out of a configuration that its host wrote anew', async () => {
    await write(cursor(), BEFORE)
    await run(URL_, '--host', 'cursor', '--yes')
    const anew = JSON.stringify({ mcpServers: { notes: { url: URL_ }, b: { command: 'z' } } })
    await writeFile(cursor(), anew)
    await run(URL_, '--host', 'cursor', '--undo', '--yes')
    expect(await readFile(cursor(), 'utf8')).toBe('{"mcpServers":{"b":{"command":"z"}}}')
  })

  it('says why it cannot take back what somebody changed', async () => {
    await run(URL_, '--host', 'cursor', '--yes')
    await writeFile(cursor(), (await readFile(cursor(), 'utf8')).replace('notes.example', 'other.example'))
    const { code, stderr } = await run('--host', 'cursor', '--undo', '--yes', '--name', 'notes', URL_)
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('somebody changed it since') })
    expect((await run(URL_, '--host', 'zed', '--undo', '--yes')).stderr).toContain('Nothing was installed as notes')
  })

  it('takes installations back one after the other', async () => {
    await write(cursor(), BEFORE)
    await run(URL_, '--host', 'cursor', '--yes')
    const first = await readFile(cursor(), 'utf8')
    await run(URL_, '--host', 'cursor', '--yes', '--bearer', 'NOTES_TOKEN')
    expect(await readFile(cursor(), 'utf8')).toContain('Bearer ${env:NOTES_TOKEN}')
    await run(URL_, '--host', 'cursor', '--undo', '--yes')
    expect(await readFile(cursor(), 'utf8')).toBe(first)
    await run(URL_, '--host', 'cursor', '--undo', '--yes')
    expect(await readFile(cursor(), 'utf8')).toBe(BEFORE)
  })

  it('replaces the server of somebody else only when told to', async () => {
    await write(cursor(), BEFORE)
    const refused = await run(URL_, '--host', 'cursor', '--name', 'a', '--yes')
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('another server called a') })
    expect((await run(URL_, '--host', 'cursor', '--name', 'a', '--yes', '--replace')).code).toBe(0)
    await run(URL_, '--host', 'cursor', '--name', 'a', '--undo', '--yes')
    expect(await readFile(cursor(), 'utf8')).toBe(BEFORE)
  })

  it('does not show what other servers keep', async () => {
    await write(cursor(), JSON.stringify({ mcpServers: { a: { env: { TOKEN: `hush${'x'.repeat(300)}` } } } }))
    const { stderr } = await run(URL_, '--host', 'cursor', '--yes')
    expect(stderr).toContain('"url":"https://notes.example.com/mcp"')
    expect(stderr).not.toContain('hush')
  })

  it('writes through links, and leaves a malformed configuration alone', async () => {
    await write(join(home, 'dotfiles/mcp.json'), '{}')
    await mkdir(join(home, '.cursor'))
    await symlink(join(home, 'dotfiles/mcp.json'), cursor())
    await run(URL_, '--host', 'cursor', '--yes')
    expect((await lstat(cursor())).isSymbolicLink()).toBe(true)
    expect(await readFile(join(home, 'dotfiles/mcp.json'), 'utf8')).toContain(URL_)
    await write(join(home, '.gemini/settings.json'), '{ "a": ')
    const { code, stderr } = await run(URL_, '--host', 'gemini', '--yes')
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('is left alone') })
    expect(await readFile(join(home, '.gemini/settings.json'), 'utf8')).toBe('{ "a": ')
  })

  it('says of a value that it is written in the clear, and refers to others by name', async () => {
    const said = await run(
      '--host',
      'claude-code',
      '--name',
      'x',
      '--env',
      'A',
      '--env',
      'B=c',
      '--yes',
      '--',
      'srv',
      '-v',
    )
    expect(said.stderr).toContain('The value of B stands in the configuration in the clear')
    expect(JSON.parse(await readFile(join(home, '.claude.json'), 'utf8'))).toEqual({
      mcpServers: { x: { type: 'stdio', command: 'srv', args: ['-v'], env: { A: '${A}', B: 'c' } } },
    })
    const { code, stderr } = await run(HARBOUR, '--host', 'zed', '--env', 'A', '--yes')
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot refer') })
  })

  it.each([
    [['http://localhost.example.com/mcp'], 'not encrypted'],
    [['https://example.com/mcp?key=hush'], 'What follows ? in the address stands in the configuration in the clear'],
    [['--name', 'x', '--', 'srv', '--api-key=hush'], 'What looks like a secret'],
    [['--name', 'x', '--env', 'A=b', '--scope', 'project', '--', 'srv'], 'Everybody who has the project has it'],
  ])('warns of %j', async (args, words) => {
    expect((await run('--host', 'cursor', '--dry-run', ...args)).stderr).toContain(words)
  })

  it('writes for everybody who works on a project', async () => {
    await write(join(home, 'src/server.ts'), await readFile(HARBOUR, 'utf8'))
    const place = ['--scope', 'project', '--name', 'notes', '--yes'] as const
    await run('src/server.ts', '--host', 'vscode', '--host', 'claude-code', ...place, '--', '--deep')
    const { servers } = JSON.parse(await readFile(join(home, '.vscode/mcp.json'), 'utf8'))
    const words = [expect.stringContaining('@hawser/cli@'), 'run', '${workspaceFolder}/src/server.ts', '--', '--deep']
    expect(servers.notes).toEqual({ type: 'stdio', command: 'npx', args: ['-y', ...words] })
    expect(await readFile(join(home, '.mcp.json'), 'utf8')).toContain('"./src/server.ts"')
    const listed = JSON.parse((await run('src/server.ts', '--list')).stdout)
    expect(listed.installed.map(({ host, scope }: Record<string, string>) => [host, scope])).toEqual([
      ['claude-code', 'project'],
      ['vscode', 'project'],
    ])
  })

  it('lists where a server is, and that a host would not find it any more', async () => {
    const file = join(home, 'mine.ts')
    await write(file, await readFile(HARBOUR, 'utf8'))
    await run(file, '--host', 'codex', '--name', 'mine', '--yes')
    const list = async () => JSON.parse((await run(file, '--list')).stdout)
    const place = { host: 'codex', scope: 'user', file: join(home, '.codex/config.toml'), name: 'mine' }
    expect(await list()).toEqual({ installed: [place], unread: [] })
    await rm(file)
    expect(await list()).toEqual({ installed: [{ ...place, missing: file }], unread: [] })
  })

  it.each([
    [['x.ts'], 'needs a host'],
    [[URL_, '--host', 'curser'], 'Did you mean cursor'],
    [[URL_, '--host', 'cursor', '--scope', 'team'], '--scope takes user or project'],
    [[URL_, '--host', 'windsurf', '--scope', 'project'], 'no configuration for projects'],
    [[URL_, '--host', 'cursor', '--name', 'a b'], '--name takes letters'],
    [[URL_, '--host', 'cursor', '--env', 'A'], '--env is for programs'],
    [[URL_, '--host', 'cursor', '--bearer', 'ey.J'], 'not a token'],
    [['--host', 'cursor', '--', 'srv'], 'A program needs a name'],
    [[URL_, '--host', 'cursor', '--', 'srv'], 'Only a FILE takes arguments'],
  ])('refuses %j', async (args, words) => {
    const { code, stderr } = await run(...args)
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(words) })
  })

  it.runIf(HAS_TERMINAL)('asks a person, who may say no', async () => {
    const terminal = openTerminal(['install', URL_, '--host', 'cursor'], environment())
    await terminal.sees(/Install notes in Cursor\?/)
    terminal.type('\r')
    expect((await terminal.ended).code).toBe(1)
    await expect(stat(cursor())).rejects.toThrow('ENOENT')
  })
})
