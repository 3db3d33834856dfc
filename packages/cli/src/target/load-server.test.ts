import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { HARBOUR, runCli } from '../fixtures/run-cli.ts'
import { checkTypeScript } from './load-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'hawser-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Lists what a file with this text offers. */
const list = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return runCli(['list', name], { cwd: folder })
}

const HAWSER = JSON.stringify(new URL('../../../hawser/src/index.ts', import.meta.url).href)
const notes = `import { mcp } from ${HAWSER}\nconst notes = mcp({ name: 'notes', version: '1.0.0' })\n`

describe('a file', () => {
  it('may be JavaScript, and print while it is loaded', async () => {
    const { code, stdout, stderr } = await list(
      'plain.mjs',
      `${notes}console.log('loaded')\nexport default notes.server({})`,
    )
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ server: { name: 'notes' }, tools: [] })
    expect(stderr).toBe('loaded\n')
  })

  it('finds its own arguments, none of which are those of the command', async () => {
    const text = `${notes}console.log(process.argv.slice(2))\nexport default notes.server({})`
    expect((await list('arguments.mjs', text)).stderr).toBe('[]\n')
    const served = await runCli(['run', 'arguments.mjs', '--', '--repo', '.', '-x'], { cwd: folder })
    expect(served.stderr).toBe("[ '--repo', '.', '-x' ]\n")
  })

  it('may be that of a Worker, whose server is found', async () => {
    const worker = `import { worker } from ${JSON.stringify(new URL('../../../hawser/src/cloudflare.ts', import.meta.url).href)}\n`
    const { code, stdout } = await list('worker.mjs', `${worker}${notes}export default worker(notes.server({}))`)
    expect({ code, listed: JSON.parse(stdout) }).toMatchObject({ code: 0, listed: { server: { name: 'notes' } } })
    const queue = `${worker}${notes}export default { ...worker(notes.server({})), queue: () => {} }`
    expect(await list('queue.mjs', queue)).toMatchObject({ code: 0, stdout })
    const empty = await list('empty.mjs', "export default { [Symbol.for('hawser.served')]: 7, fetch: () => {} }")
    expect(empty).toMatchObject({ code: 4, stderr: expect.stringContaining('an object with fetch') })
  })

  it('of a Worker finds what .dev.vars says, unless the environment says otherwise', async () => {
    const of = join(folder, 'of-worker')
    mkdirSync(of)
    writeFileSync(join(of, 'wrangler.jsonc'), '{ "main": "index.mjs" }')
    writeFileSync(join(of, '.dev.vars'), 'FIRST=one\nSECOND=two\n')
    const text = `${notes}console.log(process.env.FIRST, process.env.SECOND)\nexport default notes.server({})`
    writeFileSync(join(of, 'index.mjs'), text)
    const { stderr } = await runCli(['list', 'of-worker/index.mjs'], { cwd: folder, env: { SECOND: 'own' } })
    expect(stderr).toBe('one own\n')
  })

  it('may hold on to timers: the command ends all the same', async () => {
    const { code } = await list('timers.mjs', `${notes}setInterval(() => {}, 1000)\nexport default notes.server({})`)
    expect(code).toBe(0)
  })

  it.each([
    ['nothing.mjs', 'export const a = 1, b = 2'],
    ['named.mjs', `${notes}export const server = notes.server({})`],
    ['kit.mjs', `${notes}export default notes`],
    ['tool.mjs', `${notes}export default notes.tool({ description: 'x', effect: 'read', run: () => 'x' })`],
    ['promise.mjs', `${notes}export default Promise.resolve(notes.server({}))`],
    ['function.mjs', 'export default function start() {}'],
    ['object.mjs', 'export default { port: 3000 }'],
    ['number.mjs', 'export default 7'],
    ['common.cjs', 'module.exports = { port: 3000 }'],
  ])('without a server as its default export is told what to write: %s', async (name, text) => {
    const { code, stdout, stderr } = await list(name, text)
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).toMatchSnapshot()
  })

  it.each([
    [
      'throws.mjs',
      "throw new TypeError('no tide table')",
      'threw while it was loaded: TypeError: no tide table',
      'throws.mjs:1',
    ],
    ['syntax.mjs', 'const a = ;', 'SyntaxError', 'node syntax.mjs'],
    [
      'missing.mjs',
      "import 'no-such-package'",
      'imports "no-such-package", which is not installed.',
      'npm install no-such-package',
    ],
    ['lost.mjs', "import './no-such-file.mjs'", 'Cannot find module', 'lost.mjs'],
    ['enum.ts', 'enum Tide { Low }\nexport default Tide', 'has to be compiled', 'Do without enums'],
    ['syntax.ts', 'const a: = 1', 'syntax.ts', 'threw while it was loaded'],
    ['definition.mjs', `${notes}export default notes.server({ tools: { 'a b': 1 } })`, 'a b', 'docs/errors.md#'],
  ])('that cannot be loaded says why, and the command ends with 4: %s', async (name, text, ...messages) => {
    const { code, stderr } = await list(name, text)
    expect(code).toBe(4)
    for (const message of messages) expect(stderr).toContain(message)
    expect(stderr).not.toContain('node:internal')
  })

  it('in another language is told how to be started', async () => {
    const { code, stderr } = await list('server.py', '')
    expect(code).toBe(2)
    expect(stderr).toContain('-- python server.py')
  })

  it('that is a folder is refused', async () => {
    const { code, stderr } = await runCli(['list', '.'], { cwd: folder })
    expect(code).toBe(2)
    expect(stderr).toContain('is not a file')
  })
})

describe('TypeScript', () => {
  it('is run by Nodes that strip types', () => {
    expect(() => checkTypeScript(HARBOUR, 'strip')).not.toThrow()
    expect(() => checkTypeScript('/a/b.mjs', false)).not.toThrow()
  })

  it('is refused by others, with what to do', () => {
    expect(() => checkTypeScript('/a/b.ts', false)).toThrow('does not run TypeScript by itself')
    expect(() => checkTypeScript('/a/b.mts', undefined)).toThrow(process.version)
  })
})
