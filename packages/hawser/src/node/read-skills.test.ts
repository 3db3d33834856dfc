import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DefinitionError } from '../call/index.ts'
import { skills } from '../extensions/skills/index.ts'
import { readSkills } from './read-skills.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skills-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const write = (path: string, text: string | Uint8Array = 'x'): void => {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
const skill = (name: string) => `---\nname: ${name}\ndescription: Does ${name}.\n---\n# ${name}\n`

describe('a folder of skills', () => {
  it('holds a skill for each folder with a SKILL.md, at any depth', () => {
    write('git-workflow/SKILL.md', skill('git-workflow'))
    write('acme/billing/refunds/SKILL.md', skill('refunds'))
    write('acme/billing/refunds/references/FORMS.md')
    write('acme/billing/refunds/nested/SKILL.md', skill('nested'))
    write('acme/billing/refunds/assets/logo.png', new Uint8Array([255, 0]))
    write('acme/billing/refunds/.DS_Store')
    write('acme/README.md')
    write('SKILL.md', 'not a skill: the root has no name')
    const found = readSkills(folder)
    expect(Object.fromEntries(Object.entries(found).map(([path, { files }]) => [path, Object.keys(files)]))).toEqual({
      'acme/billing/refunds': ['SKILL.md', 'assets/logo.png', 'nested/SKILL.md', 'references/FORMS.md'],
      'acme/billing/refunds/nested': ['SKILL.md'],
      'git-workflow': ['SKILL.md'],
    })
    expect(found['acme/billing/refunds']?.files['assets/logo.png']).toEqual(new Uint8Array([255, 0]))
    expect(() => skills(found)).not.toThrow()
    expect(readSkills(pathToFileURL(folder))).toEqual(found)
  })

  it.each([
    [
      'a link out of it',
      () => symlinkSync('/etc/hostname', join(folder, 'a/hosts')),
      'is a link that leaves the folder',
    ],
    [
      'a link to a folder outside',
      () => symlinkSync(tmpdir(), join(folder, 'a/tmp')),
      'is a link that leaves the folder',
    ],
    [
      'a link within it',
      () => symlinkSync('SKILL.md', join(folder, 'a/again.md')),
      'is a link. Put the file itself there',
    ],
    [
      'more files than hosts accept',
      () => Array.from({ length: 512 }, (_, at) => write(`a/f${at}`, '')),
      'more than 512 files',
    ],
    [
      'more bytes than hosts accept',
      () => write('a/big', new Uint8Array(16 * 1024 * 1024)),
      'more than 16777216 bytes',
    ],
    ['folders without end', () => write(`a/${'d/'.repeat(20)}f`), 'more than 16 deep'],
  ])('is refused with %s', (_, make, message) => {
    write('a/SKILL.md', skill('a'))
    make()
    expect(() => readSkills(folder)).toThrow(DefinitionError)
    expect(() => readSkills(folder)).toThrow(message)
  })

  it('is not followed through a link to a folder with skills', () => {
    const outside = mkdtempSync(join(tmpdir(), 'outside-'))
    try {
      mkdirSync(join(outside, 'evil'))
      writeFileSync(join(outside, 'evil/SKILL.md'), skill('evil'))
      symlinkSync(outside, join(folder, 'linked'))
      expect(readSkills(folder)).toEqual({})
    } finally {
      rmSync(outside, { recursive: true })
    }
  })

  it('has to be there', () => {
    expect(() => readSkills(join(folder, 'none'))).toThrow('ENOENT')
  })
})
