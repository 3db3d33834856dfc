import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { connect } from 'hawser'
import { createValidator } from 'hawser/json-schema'
import { command } from 'hawser/node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCli } from '../fixtures/run-cli.ts'
import { MARKERS } from '../publish/sections.ts'

const ROOT = join(import.meta.dirname, '../../../..')
const SCHEMAS = join(import.meta.dirname, '../publish/fixtures/generated')
const schemaOf = async (name: string): Promise<(value: unknown) => readonly unknown[]> =>
  createValidator(JSON.parse(await readFile(join(SCHEMAS, `${name}.schema.json`), 'utf8')))

const SERVER = `import { mcp } from 'hawser'
import * as z from 'zod'
const app = mcp({ name: 'tides', title: 'Tides', version: '1.2.3', description: 'High and low water.' })
const next = app.tool({
  title: 'Next tide', description: 'When it is high | low water.', effect: 'read', input: z.object({ port: z.string() }),
  run: ({ port }) => port + ' 7:40 ' + process.env.TIDES_KEY,
})
const wipe = app.tool({ description: 'Forget <b>all</b> --> of it.', effect: 'destroy', confirm: false, run: () => '' })
const plan = app.prompt({ description: 'Plan a trip.', render: () => 'Plan' })
export default app.server({ tools: { next, wipe }, prompts: { plan } })
`
const PACKAGE = {
  name: '@ada/tides',
  version: '1.2.3',
  type: 'module',
  license: 'MIT',
  author: 'Ada Example <ada@example.com>',
  repository: 'github:ada/tides',
  bin: './tides.js',
}

let folder: string
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'hawser-publish-')))
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'tides.ts'), SERVER)
  await writePackage()
})
afterEach(() => rm(folder, { recursive: true }))

const writePackage = (more: object = {}): Promise<void> =>
  writeFile(join(folder, 'package.json'), JSON.stringify({ ...PACKAGE, ...more }))
const run = (...args: readonly string[]) => runCli(['publish', join(folder, 'tides.ts'), ...args])
const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8')

describe('hawser publish', () => {
  it('tells the registry all that the definition and the package say', async () => {
    const { code, stdout } = await run('--url', 'https://tides.example.com/mcp', '--env', 'TIDES_KEY')
    expect(code).toBe(0)
    expect(JSON.parse(stdout).next).toContain(
      'Put into package.json, where the registry looks for it: "mcpName": "io.github.ada/tides"',
    )
    const published = JSON.parse(await read('server.json'))
    expect((await schemaOf('server'))(published)).toEqual([])
    expect(published).toEqual({
      $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
      name: 'io.github.ada/tides',
      description: 'High and low water.',
      title: 'Tides',
      version: '1.2.3',
      repository: { url: 'https://github.com/ada/tides', source: 'github' },
      packages: [
        {
          registryType: 'npm',
          identifier: '@ada/tides',
          version: '1.2.3',
          runtimeHint: 'npx',
          transport: { type: 'stdio' },
          environmentVariables: [{ name: 'TIDES_KEY', isRequired: true, isSecret: true }],
        },
      ],
      remotes: [{ type: 'streamable-http', url: 'https://tides.example.com/mcp' }],
    })
  })

  it('makes the same bundle of the same code, and it runs without the project', async () => {
    const url = 'https://github.com/ada/tides/releases/download/v1.2.3/tides-1.2.3.mcpb'
    await run('--bundle-url', url, '--env', 'TIDES_KEY')
    const bytes = await readFile(join(folder, 'tides-1.2.3.mcpb'))
    const published = JSON.parse(await read('server.json'))
    expect((await schemaOf('server'))(published)).toEqual([])
    expect(published.packages[1]).toMatchObject({
      registryType: 'mcpb',
      identifier: url,
      fileSha256: createHash('sha256').update(bytes).digest('hex'),
    })

    const { code } = await runCli(
      ['publish', join(folder, 'tides.ts'), '--bundle-url', url, '--env', 'TIDES_KEY', '--check'],
      { env: { TZ: 'Pacific/Auckland' } },
    )
    expect(code).toBe(0)

    const files = unzipSync(bytes)
    expect(Object.keys(files)).toEqual(['LICENSES.txt', 'manifest.json', 'server/index.mjs'])
    expect(Buffer.from(files['LICENSES.txt']!).toString()).toContain('zod\n\nMIT License')
    const manifest = JSON.parse(Buffer.from(files['manifest.json']!).toString())
    expect((await schemaOf('mcpb-manifest'))(manifest)).toEqual([])
    expect(manifest).toMatchObject({
      name: 'tides',
      author: { name: 'Ada Example', email: 'ada@example.com' },
      tools: [{ name: 'next' }, { name: 'wipe' }],
      prompts_generated: true,
      user_config: { TIDES_KEY: { type: 'string', sensitive: true, required: true } },
    })

    const elsewhere = join(folder, 'elsewhere')
    await mkdir(join(elsewhere, 'server'), { recursive: true })
    await rm(join(folder, 'node_modules'))
    await writeFile(join(elsewhere, manifest.server.entry_point), files['server/index.mjs']!)
    const args = manifest.server.mcp_config.args.map((arg: string) => arg.replace('${__dirname}', elsewhere))
    await using client = await connect(command(process.execPath, args, { env: { TIDES_KEY: 'k' } }))
    expect(await client.call('next', { port: 'Kiel' })).toMatchObject({ content: [{ text: 'Kiel 7:40 k' }] })
  })

  it('writes between its lines in README.md and llms.txt, and nowhere else', async () => {
    const [begin, end] = MARKERS
    const around = (middle: string): string => `# Mine\n\n${begin}\n${middle}${end}\n\nMine, too: | a | --> b\n`
    await writeFile(join(folder, 'README.md'), around('old\n'))
    await writeFile(join(folder, 'llms.txt'), around(''))
    await run()
    const readme = await read('README.md')
    const section = readme.slice(around('').indexOf(begin) + begin.length, readme.indexOf(end))
    expect(readme).toBe(around('').replace(`${begin}\n`, begin + section))
    expect(section).toContain('| `next` Next tide | When it is high \\| low water. | reads |  |')
    expect(section).toContain('| `wipe` | Forget &lt;b>all&lt;/b> --> of it. | deletes or overwrites |  |')
    expect(section).toContain('claude mcp add tides -- npx -y @ada/tides@1.2.3')
    const cursor = new URL(/\[Add to Cursor\]\(([^)]+)\)/.exec(section)![1]!)
    expect(JSON.parse(atob(cursor.searchParams.get('config')!))).toEqual({
      command: 'npx',
      args: ['-y', '@ada/tides@1.2.3'],
    })
    const code = new URL(/\[Add to VS Code\]\(([^)]+)\)/.exec(section)![1]!)
    expect(JSON.parse(code.searchParams.get('config')!)).toMatchObject({ command: 'npx' })
    expect(await read('llms.txt')).toContain('- Tool `next` (reads): When it is high \\| low water.')
    await run()
    expect(await read('README.md')).toBe(readme)
  })

  it('notices what is missing or stale, and writes nothing when it only looks', async () => {
    expect((await run('--check')).code).toBe(1)
    await expect(stat(join(folder, 'server.json'))).rejects.toThrow('ENOENT')
    await run()
    expect((await run('--check')).code).toBe(0)
    await writeFile(join(folder, 'tides.ts'), SERVER.replace('High and low water.', 'High water.'))
    const { code, stdout } = await run('--check', '--no-json')
    expect({ code, stdout }).toMatchObject({ code: 1, stdout: expect.stringContaining('server.json is stale') })
  })

  it.each([
    ['mcpName of package.json', { mcpName: 'com.example/tides' }, 'com.example/tides'],
    ['its repository', { repository: { type: 'git', url: 'git+https://github.com/bob/x.git' } }, 'io.github.bob/tides'],
  ])('is called in the registry by %s', async (_, more, name) => {
    await writePackage(more)
    await run()
    expect(JSON.parse(await read('server.json')).name).toBe(name)
  })

  it.each([
    [{ version: '1.2.4' }, [], 4, 'The server is version 1.2.3, and its package 1.2.4.'],
    [{ repository: undefined }, [], 4, 'no name in the registry'],
    [{ mcpName: 'tides' }, [], 4, 'tides is no name of the registry'],
    [{ private: true }, [], 2, 'nothing that others could use'],
    [{ author: undefined }, ['--bundle'], 4, 'A bundle names its author.'],
    [{}, ['--url', 'http://tides.example.com'], 2, '--url takes an https URL'],
    [{}, ['--env', 'KEY=secret'], 2, 'what is published holds no secret'],
  ])('refuses %j with %j', async (more, args, code, words) => {
    await writePackage(more)
    expect(await run(...args)).toMatchObject({ code, stderr: expect.stringContaining(words) })
    await expect(stat(join(folder, 'server.json'))).rejects.toThrow('ENOENT')
  })

  it('refuses a description that the registry would refuse', async () => {
    await writeFile(join(folder, 'tides.ts'), SERVER.replace('High and low water.', 'x'.repeat(101)))
    expect(await run()).toMatchObject({ code: 4, stderr: expect.stringContaining('101 characters') })
  })
})

describe('the schemas that this is measured by', () => {
  it('are those of their authors, to the letter', async () => {
    const said = await readFile(join(SCHEMAS, 'README.md'), 'utf8')
    for (const name of ['server', 'mcpb-manifest']) {
      const text = await readFile(join(SCHEMAS, `${name}.schema.json`))
      expect(said).toContain(createHash('sha256').update(text).digest('hex'))
      expect((await schemaOf(name))({}).length).toBeGreaterThan(0)
    }
  })
})
