import type { JsonObject, JsonValue } from '../../protocol/index.ts'
import { readYaml } from './read-yaml.ts'

/** The fields at the beginning of a `SKILL.md`, with all that the author wrote. */
export interface Frontmatter extends JsonObject {
  readonly name: string
  readonly description: string
}

/**
 * Reads the block between the two lines `---` at the beginning of a `SKILL.md`.
 *
 * @throws TypeError saying what is wrong, and in which line.
 */
export function readFrontmatter(text: string): JsonObject {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  if (lines[0]?.trimEnd() !== '---')
    throw new TypeError('It does not begin with a line ---, the start of its frontmatter.')
  const end = lines.findIndex((line, index) => index > 0 && line.trimEnd() === '---')
  if (end < 0) throw new TypeError('Its frontmatter has no end: a second line --- is missing.')
  const value = readYaml(lines.slice(1, end).join('\n')) ?? {}
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError('Its frontmatter is no list of fields.')
  return value as JsonObject
}

/** Writes a `SKILL.md`. JSON is YAML, so every reader finds the same values. */
export function writeSkill(frontmatter: JsonObject, body: string): string {
  const fields = Object.entries(frontmatter).map(([key, value]) => `${JSON.stringify(key)}: ${writeValue(value)}\n`)
  return `---\n${fields.join('')}---\n\n${body.trimEnd()}\n`
}

/** Line separators are line breaks to YAML 1.1 and text to JSON. */
const writeValue = (value: JsonValue): string =>
  JSON.stringify(value).replaceAll(
    /[\u007F-\u009F\u2028\u2029\uFEFF]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
