import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changeConfig } from './config/change-config.ts'
import { readEntry } from './config/read-entry.ts'
import { HOSTS } from './hosts.ts'
import { carryOut, editorOf, planInstall } from './plan.ts'
import { carryOutUndo, planUndo } from './undo.ts'

const ENTRY = { command: 'node', args: ['server.ts'] }

let folder: string
const before = process.env['HAWSER_HOME']
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'hawser-undo-')))
  process.env['HAWSER_HOME'] = join(folder, 'kept')
})
afterAll(async () => {
  if (before === undefined) delete process.env['HAWSER_HOME']
  else process.env['HAWSER_HOME'] = before
  await rm(folder, { recursive: true })
})

/** What a configuration may hold, with comments and with the mark that some editors begin with. */
const texts = {
  jsonc: fc
    .tuple(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom('', '  ', '\t'), fc.constantFrom('', '\uFEFF'))
    .map(([value, indent, mark]) => `${mark}// mine\n${JSON.stringify(value, null, indent)} // end\n`),
  toml: fc
    .array(fc.tuple(fc.stringMatching(/^[a-z]{1,8}$/), fc.stringMatching(/^[ -!#-[\]-~]*$/)))
    .map((pairs) => `# mine\n${[...new Map(pairs)].map(([key, text]) => `${key} = "${text}" # ${key}\n`).join('')}`),
}

/** One host of each format and table. */
const SOME = HOSTS.filter(({ id }) => ['cursor', 'vscode', 'codex'].includes(id))

describe.each(SOME.map((host) => [host.id, host] as const))('an installation in %s', (id, host) => {
  const path = (): string => join(folder, id)
  const install = async (name = 'notes'): Promise<unknown> =>
    carryOut(await planInstall(host, path(), name, ENTRY), host)

  it('is taken back to the letter', async () => {
    await fc.assert(
      fc.asyncProperty(texts[host.format], async (text) => {
        await writeFile(path(), text)
        await install()
        const plan = await planUndo(host, path(), 'notes')
        expect(plan.how).toBe('to the letter')
        await carryOutUndo(plan)
        expect(await readFile(path(), 'utf8')).toBe(text)
      }),
      { numRuns: 25 },
    )
  })

  it('is taken back alone when others were added before and after it', async () => {
    await fc.assert(
      fc.asyncProperty(texts[host.format], fc.boolean(), async (text, isGone) => {
        await writeFile(path(), text)
        await install('first')
        await install()
        const place = { table: host.table, name: 'last' }
        const editor = editorOf(host)
        const mark = text.startsWith('\uFEFF') ? '\uFEFF' : ''
        const now = (await readFile(path(), 'utf8')).slice(mark.length)
        const grown = changeConfig(editor, now, { place, value: { command: 'x' } })
        const first = { table: host.table, name: 'first' }
        const shrunk = isGone ? changeConfig(editor, grown, { place: first, value: undefined }) : grown
        await writeFile(path(), mark + shrunk)
        await carryOutUndo(await planUndo(host, path(), 'notes'))
        const left = editor.read((await readFile(path(), 'utf8')).slice(mark.length))
        const [old, wanted] = [editor.read(text.slice(mark.length)), editor.read(shrunk)]
        expect(readEntry(left, { ...place, name: 'notes' })).toBeUndefined()
        expect(readEntry(left, place)).toEqual({ command: 'x' })
        expect(readEntry(left, first)).toEqual(readEntry(wanted, first))
        expect({ ...left, [host.table]: 0 }).toEqual({ ...old, [host.table]: 0 })
      }),
      { numRuns: 25 },
    )
  })
})

describe('a configuration that changes while it is looked at', () => {
  const [, host] = HOSTS

  it('is left to who changed it', async () => {
    const path = join(folder, 'raced')
    await writeFile(path, '{}')
    const plan = await planInstall(host!, path, 'notes', ENTRY)
    await writeFile(path, '{"a":1}')
    await expect(carryOut(plan, host!)).rejects.toThrow('changed by somebody else')
    expect(await readFile(path, 'utf8')).toBe('{"a":1}')
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  it('is not restored from a copy that was lost', async () => {
    const path = join(folder, 'lost')
    await writeFile(path, '{ "a": 1 }\n')
    await carryOut(await planInstall(host!, path, 'notes', ENTRY), host!)
    for (const name of await readdir(join(folder, 'kept/installed')))
      if (name.endsWith('.backup')) await rm(join(folder, 'kept/installed', name))
    await carryOutUndo(await planUndo(host!, path, 'notes'))
    expect(await readFile(path, 'utf8')).toBe('{ "a": 1 }\n')
  })
})
