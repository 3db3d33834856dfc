import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { type Client, connect } from 'hawser'
import { expectTools, ToolDriftError } from 'hawser/interceptors'
import { describe, expect, expectTypeOf, it } from 'vitest'
import * as harbour from '../declare/fixtures/generated/harbour.ts'
import server from '../fixtures/harbour.ts'
import { HARBOUR, runCli } from '../fixtures/run-cli.ts'

const generated = join(import.meta.dirname, '../declare/fixtures/generated/harbour.ts')
type Harbour = Client<typeof harbour>

describe('hawser types', () => {
  it('writes a module to standard output', async () => {
    // Written anew with: npm run hawser -- types packages/cli/src/fixtures/harbour.ts --out (that file)
    const { code, stdout, stderr } = await runCli(['types', HARBOUR])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toBe(await readFile(generated, 'utf8'))
  })

  it('writes a module to a file, also for a program', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hawser-types-'))
    try {
      const file = join(folder, 'out.ts')
      const program = [
        process.execPath,
        '--conditions=hawser-source',
        join(import.meta.dirname, '../main.ts'),
        'run',
        HARBOUR,
      ]
      expect(await runCli(['types', '--out', file, '--', ...program])).toEqual({ code: 0, stdout: '', stderr: '' })
      expect(await readFile(file, 'utf8')).toBe(await readFile(generated, 'utf8'))
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('says why a file cannot be written', async () => {
    const { code, stderr } = await runCli(['types', HARBOUR, '-o', join(tmpdir(), 'no', 'such', 'folder.ts')])
    expect(code).toBe(2)
    expect(stderr).toContain('cannot be written')
  })
})

describe('a client of the module', () => {
  it('has typed tools, resources and prompts', () => {
    expectTypeOf<keyof Harbour['tools']>().toEqualTypeOf<
      'find' | 'echo' | 'sink' | 'moor' | 'tow' | 'book' | 'clear' | 'pay' | 'chart'
    >()
    expectTypeOf<Parameters<Harbour['tools']['find']>[0]>().toEqualTypeOf<{
      readonly words: string
      readonly maxHits?: number
      readonly kinds?: readonly ('quay' | 'buoy' | 'mole')[]
      readonly free?: boolean
    }>()
    expectTypeOf<Awaited<ReturnType<Harbour['tools']['sink']>>>().toEqualTypeOf<string>()
    expectTypeOf<Parameters<Harbour['resources']['log']>[0]>().toEqualTypeOf<{
      readonly day: string
      readonly watch?: string
    }>()
    expectTypeOf<Harbour['resources']['today']>().toBeCallableWith()
    expectTypeOf<Parameters<Harbour['prompts']['report']>[0]>().toEqualTypeOf<{
      readonly day: string
      readonly tone?: string
    }>()
  })

  it('refuses wrong input and unknown names when it is compiled', () => {
    const misuse = (client: Harbour): unknown[] => [
      // @ts-expect-error words are required
      client.tools.find({}),
      // @ts-expect-error no such kind
      client.tools.find({ words: 'quay', kinds: ['dock'] }),
      // @ts-expect-error no such argument
      client.tools.find({ words: 'quay', colour: 'red' }),
      // @ts-expect-error no such tool
      client.tools.dock({}),
      // @ts-expect-error a day is required
      client.resources.log({}),
      // @ts-expect-error no such prompt
      client.prompts.reports({ day: '7' }),
    ]
    expect(misuse).toBeTypeOf('function')
  })

  it('calls the server, and notices when the server is another one', async () => {
    await using client = await connect<typeof harbour>(server.handle, { use: [expectTools(harbour.fingerprints)] })
    expect(await client.tools.find({ words: 'north' })).toMatchObject({ hits: [{ name: 'north 1' }] })
    const stale = JSON.stringify({ ...JSON.parse(harbour.fingerprints), find: 'other', dock: 'gone' })
    await using other = await connect<typeof harbour>(server.handle, { use: [expectTools(stale)] })
    const error = await other.tools.find({ words: 'north' }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ToolDriftError)
    expect(error).toMatchObject({ drift: { changed: ['find'], appeared: [], vanished: ['dock'] } })
  })
})
