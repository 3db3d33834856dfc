import { mkdtempSync, rmSync, symlinkSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { checkLint } from './check-lint.ts'
import { checkTypes } from './check-types.ts'

const root = mkdtempSync(join(tmpdir(), 'hawser-checks-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A project with these scripts, and a file whose types are wrong. */
const makeProject = (
  scripts: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
): string => {
  const folder = mkdtempSync(join(root, 'project-'))
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true })
  const modules = join(import.meta.dirname, '../../../../node_modules')
  symlinkSync(join(modules, 'typescript'), join(folder, 'node_modules/typescript'))
  symlinkSync(join(modules, 'typescript/bin/tsc'), join(folder, 'node_modules/.bin/tsc'))
  const files = {
    'package.json': JSON.stringify({ scripts }),
    'index.ts': "export const count: number = 'one'\n",
    ...more,
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

const TSCONFIG = { 'tsconfig.json': '{ "compilerOptions": { "types": [] } }' }

describe('types', { timeout: 60_000 }, () => {
  it('are checked by the script of the project', async () => {
    expect(await checkTypes(makeProject({ types: 'node -e 0 tsc' }, TSCONFIG))).toMatchObject({ verdict: 'good' })
    expect(await checkTypes(makeProject({ types: 'tsc --noEmit --ignoreConfig index.ts' }))).toMatchObject({
      verdict: 'bad',
      found: expect.stringContaining('error TS2322'),
      fix: 'See them all: npm run types',
    })
  })

  it('are checked by tsconfig.json where scripts of that name do something else', async () => {
    expect(await checkTypes(makeProject({ types: 'exit 0' }, TSCONFIG))).toMatchObject({
      verdict: 'bad',
      fix: 'See them all: npx tsc --noEmit',
    })
    expect(await checkTypes(makeProject({}))).toMatchObject({ verdict: 'skipped' })
  })
})

describe('lint', () => {
  it('is what the script of the project says', async () => {
    expect(await checkLint(makeProject({}))).toMatchObject({ verdict: 'skipped' })
    expect(await checkLint(makeProject({ lint: 'node -e 0' }))).toMatchObject({ verdict: 'good' })
    const wrong = makeProject({ lint: 'node -e "console.error(String.fromCharCode(33)); process.exit(1)"' })
    expect(await checkLint(wrong)).toMatchObject({ verdict: 'bad', found: '!', fix: 'See it all: npm run lint' })
  })
})
