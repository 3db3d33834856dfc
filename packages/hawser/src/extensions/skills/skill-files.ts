import { DefinitionError } from '../../call/index.ts'
import type { JsonObject } from '../../protocol/index.ts'
import { type Frontmatter, readFrontmatter, writeSkill } from './frontmatter.ts'

/** One file of a skill. */
export type SkillFile = string | Uint8Array

/** A skill, as it is written down: its whole `SKILL.md`, or what that is made of. */
export type SkillDefinition =
  | string
  | {
      /** For the model: what the skill is for and when to use it. At most 1024 characters. */
      readonly description: string
      /** The instructions: Markdown. */
      readonly body: string
      readonly license?: string | undefined
      readonly compatibility?: string | undefined
      readonly metadata?: JsonObject | undefined
      /** More fields of the frontmatter. */
      readonly frontmatter?: JsonObject | undefined
      /** Files beside `SKILL.md`, by their path in the skill. */
      readonly files?: { readonly [path: string]: SkillFile } | undefined
    }
  | {
      /** All files with `SKILL.md` among them, by their path in the skill, as `readSkills` of `hawser/node` gives them. */
      readonly files: { readonly [path: string]: SkillFile }
      readonly body?: undefined
    }

/** A skill that can be served. */
export interface SkillFiles {
  /** Where it is in the skills of the server; the last segment is its name. */
  readonly path: string
  readonly frontmatter: Frontmatter
  /** By their path in the skill, `SKILL.md` first. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

/** What every host accepts. (SEP-2640, limits) */
export const MAX_FILES = 512
export const MAX_BYTES = 16 * 1024 * 1024

const MANIFEST = 'SKILL.md'
const NAME = /^(?!.*--)[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/
const MAX_DESCRIPTION = 1024
const MAX_COMPATIBILITY = 500
/** Reserved for extensions of the protocol, which define none yet. */
const RESERVED = 'io.modelcontextprotocol/'

/**
 * Checks one skill when the module loads.
 *
 * @throws DefinitionError `bad-skill`
 */
export function compileSkill(path: string, definition: SkillDefinition): SkillFiles {
  const refuse = (what: string, cause?: unknown): DefinitionError =>
    new DefinitionError('bad-skill', `Skill "${path}": ${what}`, { cause })
  const segments = path.split('/')
  const name = segments.at(-1) ?? ''
  const wrongSegment = segments.find((segment) => !isSegment(segment))
  if (wrongSegment !== undefined) throw refuse(`"${wrongSegment}" cannot be part of its path.`)
  if (!NAME.test(name)) throw refuse(`its name "${name}" needs 1 to 64 of a-z, 0-9 and single hyphens between them.`)
  const files = collectFiles(definition, name)
  for (const file of files.keys()) {
    if (!file.split('/').every(isSegment))
      throw refuse(`the file "${file}" would leave it. Write paths with / and without "." and "..".`)
  }
  const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0)
  if (files.size > MAX_FILES) throw refuse(`it has ${files.size} files; hosts accept ${MAX_FILES}.`)
  if (bytes > MAX_BYTES) throw refuse(`it has ${bytes} bytes; hosts accept ${MAX_BYTES}.`)
  const manifest = files.get(MANIFEST)
  if (manifest === undefined) throw refuse('it has no SKILL.md.')
  let frontmatter: JsonObject
  try {
    frontmatter = readFrontmatter(decodeText(manifest) ?? '')
  } catch (cause) {
    throw refuse(`its SKILL.md cannot be used. ${cause instanceof Error ? cause.message : String(cause)}`, cause)
  }
  const problem = findProblem(frontmatter, name)
  if (problem !== undefined) throw refuse(problem)
  return { path, frontmatter: frontmatter as Frontmatter, files: new Map([[MANIFEST, manifest], ...files]) }
}

function collectFiles(definition: SkillDefinition, name: string): ReadonlyMap<string, Uint8Array> {
  if (typeof definition === 'string') return new Map([[MANIFEST, encode(definition)]])
  const given = Object.entries(definition.files ?? {}).map(([path, file]): [string, Uint8Array] => [path, encode(file)])
  if (definition.body === undefined) return new Map(given)
  const { description, body, license, compatibility, metadata, frontmatter } = definition
  const fields = Object.fromEntries(
    Object.entries({ ...frontmatter, name, description, license, compatibility, metadata }).filter(
      ([, value]) => value !== undefined,
    ),
  )
  return new Map([...given, [MANIFEST, encode(writeSkill(fields as JsonObject, body))]])
}

function findProblem(
  { name: given, description, compatibility = '', metadata = {} }: JsonObject,
  name: string,
): string | undefined {
  if (given !== name)
    return `the name in its frontmatter is ${JSON.stringify(given) ?? 'missing'}; it has to be "${name}", the last part of its path.`
  if (typeof description !== 'string' || description.trim() === '')
    return 'its frontmatter has no description. Say what it is for and when to use it.'
  if (description.length > MAX_DESCRIPTION)
    return `its description has ${description.length} characters; at most ${MAX_DESCRIPTION} are allowed.`
  if (typeof compatibility !== 'string' || compatibility.length > MAX_COMPATIBILITY)
    return `its compatibility is no text of at most ${MAX_COMPATIBILITY} characters.`
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return 'its metadata is no record.'
  const reserved = Object.keys(metadata).find((key) => key.startsWith(RESERVED))
  return reserved === undefined ? undefined : `the key "${reserved}" of its metadata is reserved for the protocol.`
}

/** Part of a path, on every system. */
function isSegment(segment: string): boolean {
  return segment !== '' && segment !== '.' && segment !== '..' && !/[\\/\p{Cc}]/u.test(segment)
}

const encode = (file: SkillFile): Uint8Array => (typeof file === 'string' ? new TextEncoder().encode(file) : file)

/** The text of bytes that are UTF-8, a byte order mark included: hosts hash what they get. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
