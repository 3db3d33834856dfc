/** All that is not seen where it stands: controls, formats such as direction overrides, lone surrogates, unassigned. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu

/** A name that needs no quotes as a property of a type. */
const PLAIN = /^[A-Za-z_$][\w$]*$/

/**
 * Writes a text of a stranger as a string literal of TypeScript.
 *
 * @example quote("it's") // "'it\\'s'"
 */
export function quote(text: string): string {
  const body = JSON.stringify(text)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replaceAll("'", String.raw`\'`)
  return `'${body.replaceAll(UNSEEN, escapeUnits)}'`
}

/** Writes the name of a property of a type. */
export function quoteName(name: string): string {
  return PLAIN.test(name) ? name : quote(name)
}

function escapeUnits(character: string): string {
  return Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('')
}

/** Characters and lines of a description that are kept: it is read in a tooltip. */
const MAX_COMMENT = 1000
const MAX_LINES = 20

/**
 * Writes a text of a stranger as a comment above a declaration; nothing for no text. Neither its end nor anything that the
 * compiler or a tool obeys can stand in it.
 *
 * @example comment('Find notes.') // a line with a JSDoc comment
 */
export function comment(text: unknown): string {
  if (typeof text !== 'string' || text.trim() === '') return ''
  const lines = text
    .slice(0, MAX_COMMENT)
    .split(/\r\n?|[\n\u2028\u2029]/)
    .slice(0, MAX_LINES)
    .map((line) => commentLine(line))
    .filter((line) => line !== '')
  if (lines.length === 0) return ''
  if (text.length > MAX_COMMENT) lines[lines.length - 1] += ' …'
  return lines.length === 1 ? `/** ${lines[0]} */\n` : `/**\n${lines.map((line) => ` * ${line}\n`).join('')} */\n`
}

/** One line of it. Tags and directives begin with an at sign; an address keeps its own. */
function commentLine(line: string): string {
  return line
    .replaceAll(UNSEEN, ' ')
    .replaceAll('*/', '* /')
    .replaceAll(/(?<![\w.])@/g, String.raw`\@`)
    .replaceAll(/\s+/g, ' ')
    .trim()
}
