/**
 * Removes the room of earlier revisions from a copy of the repository and checks the types of what is left: only the front
 * door may miss it. `npm run without-legacy`
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const ROOM = 'packages/hawser/src/legacy'
const COPIED = [
  'packages',
  'examples',
  'bench',
  'conformance',
  'interop',
  'scripts',
  'docs',
  'package.json',
  'tsconfig.json',
]
const LEFT_OUT = new Set(['node_modules', 'dist'])

/** A complaint of the compiler that is expected: a file of the front door that imports the room. */
const EXPECTED =
  /^packages\/hawser\/src\/[\w.-]+\.ts\(\d+,\d+\): error TS2307: Cannot find module '(?:\.\/legacy\/|#one-connection)/

/** Dependencies as they are installed, but the packages of the repository from the copy. */
function linkDependencies(copy: string): void {
  const link = (folder: string): void => {
    mkdirSync(join(copy, folder), { recursive: true })
    for (const entry of readdirSync(join(root, folder))) {
      const path = join(folder, entry)
      if (entry === '@hawser') continue
      if (entry.startsWith('@')) link(path)
      else if (entry !== 'hawser') symlinkSync(join(root, path), join(copy, path))
    }
  }
  link('node_modules')
  symlinkSync(join(copy, 'packages/hawser'), join(copy, 'node_modules/hawser'))
  mkdirSync(join(copy, 'node_modules/@hawser'))
  for (const name of readdirSync(join(copy, 'packages'))) {
    if (name !== 'hawser') symlinkSync(join(copy, 'packages', name), join(copy, 'node_modules/@hawser', name))
  }
}

const copy = mkdtempSync(join(tmpdir(), 'without-legacy-'))
try {
  for (const entry of COPIED) {
    const filter = (path: string): boolean => !LEFT_OUT.has(basename(path))
    cpSync(join(root, entry), join(copy, entry), { recursive: true, filter })
  }
  rmSync(join(copy, ROOM), { recursive: true })
  linkDependencies(copy)
  const tsc = join(root, 'node_modules/.bin/tsc')
  const { stdout } = spawnSync(tsc, ['--noEmit', '--pretty', 'false'], { cwd: copy, encoding: 'utf8' })
  const complaints = stdout.split('\n').filter((line) => line.includes('error TS'))
  const expected = complaints.filter((line) => EXPECTED.test(line))
  const others = complaints.filter((line) => !EXPECTED.test(line))
  for (const line of others) console.error(line)
  if (expected.length === 0) console.error('The front door does not miss the room: is it still imported there?')
  if (others.length > 0 || expected.length === 0) process.exitCode = 1
  else console.log(`Without ${ROOM} only the front door misses something, in ${expected.length} places.`)
} finally {
  rmSync(copy, { recursive: true, force: true })
}
