import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import workspace from '../../../package.json' with { type: 'json' }
import { folderOf, TEMPLATES } from './templates.ts'
import { writeProject } from './write-project.ts'

interface Manifest {
  readonly name: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly overrides?: Readonly<Record<string, string>>
}

const work = mkdtempSync(join(tmpdir(), 'create-hawser-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))
const newFolder = (name = 'first-server'): string => join(mkdtempSync(join(work, 'in-')), name)
const read = (...path: string[]): string => readFileSync(join(...path), 'utf8')
const readManifest = (folder: string): Manifest => JSON.parse(read(folder, 'package.json')) as Manifest
const write = (folder: string, template = 'worker', packages?: string) =>
  writeProject({ folder, template, version: '7.8.9', packages })

describe.each([...TEMPLATES])('the template %s', (template, { url, start }) => {
  it('is five files at most, which all bear the name of the project', () => {
    const folder = newFolder()
    const files = write(folder, template)
    expect(files.filter((file) => !file.startsWith('.')).length).toBeLessThanOrEqual(5)
    for (const file of files) expect(read(folder, file)).not.toContain('my-server')
    expect(read(folder, 'README.md')).toContain('# first-server')
    expect(readManifest(folder).name).toBe('first-server')
  })

  it('installs Hawser in the version of this package, and the rest in the versions that are tested here', () => {
    const folder = newFolder()
    write(folder, template)
    const { dependencies, devDependencies } = readManifest(folder)
    const { hawser, ...others } = { ...dependencies, ...devDependencies }
    expect(hawser).toBe('7.8.9')
    for (const [name, version] of Object.entries(others)) {
      // Installed by `npm run newcomer` alone.
      if (name === 'wrangler') continue
      const expected = name.startsWith('@hawser/') ? '7.8.9' : Reflect.get(workspace.devDependencies, name)
      expect([name, version]).toEqual([name, expected])
    }
  })

  it('has a README that says how to try it', () => {
    const readme = read(folderOf(template), 'README.md')
    expect(readme).toContain(`${start} `)
    expect(readme).toContain(url)
  })

  it('passes its tests without a network', { timeout: 60_000 }, async () => {
    const args = ['--conditions=hawser-source', '--test']
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folderOf(template) })
    expect(stdout).toMatch(/^ℹ pass [1-9]/m)
  })
})

const guarded = [...TEMPLATES].flatMap(([template, { secrets }]) => (secrets ? [[template, secrets] as const] : []))

it.each(guarded)(
  'begins %s with a secret of its own in %s, for its owner alone, which git does not see',
  (template, file) => {
    const secretOf = (folder: string): string | undefined => {
      write(folder, template)
      return /^OAUTH_SECRET=([\w-]{43})$/m.exec(read(folder, file))?.[1]
    }
    const folder = newFolder()
    const secret = secretOf(folder)
    expect(secret).toBeDefined()
    expect(secretOf(newFolder())).not.toBe(secret)
    expect(statSync(join(folder, file)).mode & 0o077).toBe(0)
    expect(read(folder, '.gitignore').split('\n')).toContain(`${file}*`)
  },
)

describe('writeProject', () => {
  it('changes nothing in a folder that is not empty', () => {
    const folder = newFolder()
    mkdirSync(folder)
    writeFileSync(join(folder, 'README.md'), 'mine')
    expect(() => write(folder)).toThrow(/is not empty: it has README\.md\. Nothing was changed/)
    expect(readdirSync(folder)).toEqual(['README.md'])
    expect(read(folder, 'README.md')).toBe('mine')
  })

  it('takes an empty folder, and a repository that has nothing yet', () => {
    const folder = newFolder()
    mkdirSync(join(folder, '.git'), { recursive: true })
    expect(write(folder)).toContain('package.json')
  })

  it('changes no file that stands where the folder should be', () => {
    const folder = newFolder()
    writeFileSync(folder, 'mine')
    expect(() => write(folder)).toThrow(/is no folder/)
    expect(readFileSync(folder, 'utf8')).toBe('mine')
  })

  it('writes nothing under a name that cannot be', () => {
    const folder = newFolder('First_Server')
    expect(() => write(folder)).toThrow(/small letters/)
    expect(statSync(folder, { throwIfNoEntry: false })).toBeUndefined()
  })

  it('installs from tarballs, also what those depend on', () => {
    const packages = mkdtempSync(join(work, 'packages-'))
    for (const name of ['hawser-7.8.9', 'hawser-oauth-7.8.9', 'hawser-cli-7.8.9'])
      writeFileSync(join(packages, `${name}.tgz`), '')
    const folder = newFolder()
    write(folder, 'node', packages)
    expect(readManifest(folder)).toMatchObject({
      dependencies: {
        hawser: `file:${join(packages, 'hawser-7.8.9.tgz')}`,
        '@hawser/oauth': `file:${join(packages, 'hawser-oauth-7.8.9.tgz')}`,
      },
      devDependencies: { '@hawser/cli': `file:${join(packages, 'hawser-cli-7.8.9.tgz')}` },
      overrides: { hawser: '$hawser' },
    })
  })

  it('names the tarball that is missing, and writes nothing', () => {
    const folder = newFolder()
    expect(() => write(folder, 'worker', mkdtempSync(join(work, 'empty-')))).toThrow(/no tarball of hawser/)
    expect(statSync(folder, { throwIfNoEntry: false })).toBeUndefined()
  })
})
