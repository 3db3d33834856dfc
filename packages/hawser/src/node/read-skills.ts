import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync, realpathSync } from 'node:fs'
import { Buffer } from 'node:buffer'
import { join, sep } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { DefinitionError } from '../call/index.ts'
import { MAX_BYTES, MAX_FILES } from '../extensions/skills/skill-files.ts'

/** Skills as `skills()` of `hawser/skills` takes them. */
export interface FoundSkills {
  readonly [path: string]: { readonly files: { readonly [path: string]: Uint8Array } }
}

/** Folders within folders, and skills of one folder. */
const MAX_DEPTH = 16
const MAX_SKILLS = 1000

/**
 * Reads every skill of a folder: each folder below it that holds a `SKILL.md`, by its path. Names that begin with a dot are
 * left out. Nothing is read again later.
 *
 * @throws DefinitionError `bad-skill` for a link or a file that leads out of the folder, and for more than hosts accept; Error
 * when the folder cannot be read.
 * @example
 * export default shop.server({ tools, use: [skills(readSkills(new URL('./skills', import.meta.url)))] })
 */
export function readSkills(folder: string | URL): FoundSkills {
  const root = realpathSync(typeof folder === 'string' ? folder : fileURLToPath(folder))
  const found: { [path: string]: { files: { [path: string]: Uint8Array } } } = {}
  visit(root, root, '', found, 0)
  return found
}

function visit(
  root: string,
  folder: string,
  path: string,
  found: { [path: string]: FoundSkills[string] },
  depth: number,
): void {
  if (depth > MAX_DEPTH) throw refuse(path, `it lies more than ${MAX_DEPTH} folders deep.`)
  const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !name.startsWith('.'))
  if (path !== '' && entries.some(({ name }) => name === 'SKILL.md')) {
    if (Object.keys(found).length >= MAX_SKILLS) throw refuse(path, `there are more than ${MAX_SKILLS} skills.`)
    const files = new Map<string, Uint8Array>()
    collect(root, folder, path, '', files, depth)
    found[path] = { files: Object.fromEntries(files) }
  }
  for (const { name } of entries) {
    const inner = join(folder, name)
    if (lstatSync(inner).isDirectory()) visit(root, inner, path === '' ? name : `${path}/${name}`, found, depth + 1)
  }
}

/** Every file of one skill; folders with a skill of their own are part of it as well. */
function collect(
  root: string,
  folder: string,
  skill: string,
  within: string,
  files: Map<string, Uint8Array>,
  depth: number,
): void {
  if (depth > MAX_DEPTH) throw refuse(skill, `it has folders more than ${MAX_DEPTH} deep.`)
  for (const { name } of readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (name.startsWith('.')) continue
    const path = within === '' ? name : `${within}/${name}`
    const inner = join(folder, name)
    const about = lstatSync(inner)
    if (about.isDirectory()) collect(root, inner, skill, path, files, depth + 1)
    else if (about.isSymbolicLink()) {
      if (!isWithin(root, realpathSync(inner))) throw refuse(skill, `"${path}" is a link that leaves the folder.`)
      throw refuse(skill, `"${path}" is a link. Put the file itself there: a link has no place in what is served.`)
    } else if (!about.isFile()) throw refuse(skill, `"${path}" is neither a file nor a folder.`)
    else files.set(path, readWhole(root, inner, skill, path, MAX_BYTES - sizeOf(files)))
    if (files.size > MAX_FILES) throw refuse(skill, `it has more than ${MAX_FILES} files.`)
  }
}

const sizeOf = (files: ReadonlyMap<string, Uint8Array>): number =>
  [...files.values()].reduce((sum, { length }) => sum + length, 0)

const isWithin = (root: string, path: string): boolean =>
  path === root || path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)

/** Opened without following a link, which may have taken the place of the file meanwhile. */
function readWhole(root: string, file: string, skill: string, path: string, most: number): Uint8Array {
  if (!isWithin(root, realpathSync(file))) throw refuse(skill, `"${path}" leaves the folder.`)
  const noFollow = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW
  const handle = openSync(file, constants.O_RDONLY | noFollow)
  try {
    const { size } = fstatSync(handle)
    if (size > most) throw refuse(skill, `it has more than ${MAX_BYTES} bytes.`)
    const bytes = Buffer.alloc(size)
    const length = readSync(handle, bytes, 0, size, 0)
    return new Uint8Array(bytes.subarray(0, length))
  } finally {
    closeSync(handle)
  }
}

function refuse(skill: string, what: string): DefinitionError {
  return new DefinitionError('bad-skill', `Skill "${skill}": ${what}`)
}
