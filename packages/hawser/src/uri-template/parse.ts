import { encodeReserved } from './encode.ts'
import { compilePattern } from './pattern.ts'
import type { Expression, Part, UriTemplate, Variable } from './template.ts'

const variable = /^((?:\w|%[\da-f]{2})(?:\.?(?:\w|%[\da-f]{2}))*)(?::([1-9]\d{0,3})|(\*))?$/i

/** UTF-16 units: a template may come from a stranger, and its pattern costs the square of its length. */
const maxTemplateLength = 8192

/** A template that breaks the grammar of RFC 6570 §2, or a value that its expansion cannot use. */
export class UriTemplateError extends Error {
  override readonly name = 'UriTemplateError'
  /** Where in the template, in UTF-16 units from 0. */
  readonly position: number

  constructor(template: string, position: number, reason: string) {
    super(`URI template ${JSON.stringify(template)} at ${position}: ${reason}`)
    this.position = position
  }
}

/**
 * Parses a URI template of any level, once, so that `expand` and `match` only walk data.
 *
 * ```ts
 * const template = parseTemplate('notes://{id}{?format}')
 * template.variables // ['id', 'format']
 * ```
 *
 * A template that can be expanded but not matched, such as `{a}{b}`, parses and says why in `unmatchable`.
 *
 * @throws UriTemplateError on an unpaired brace, a wrong variable name or modifier, an unknown or reserved operator,
 *   and beyond 8192 UTF-16 units.
 * @see RFC 6570 §2
 */
export function parseTemplate(text: string): UriTemplate {
  const parts = parseParts(text)
  return { text, parts, ...compilePattern(parts) }
}

/**
 * Parses a template that is only expanded.
 *
 * @throws UriTemplateError as `parseTemplate`.
 */
export function parseParts(text: string): readonly Part[] {
  if (text.length > maxTemplateLength)
    throw new UriTemplateError(`${text.slice(0, 40)}…`, maxTemplateLength, `must end here; it has ${text.length} units`)
  const parts: Part[] = []
  let position = 0
  text.split(/\{([^{}]*)\}/).forEach((piece, index) => {
    const stray = piece.search(/[{}]/)
    if (stray >= 0)
      throw new UriTemplateError(
        text,
        position + stray,
        `"${piece[stray]}" has no partner; write a literal one as %7B or %7D`,
      )
    if (index % 2) parts.push(parseExpression(text, position + 1, piece))
    else if (piece) parts.push(encodeReserved(piece))
    position += piece.length + (index % 2) * 2
  })
  return parts
}

function parseExpression(text: string, start: number, body: string): Expression {
  const operator = /^[^\w%]?/.exec(body)?.[0] ?? ''
  if (operator && !'+#./;?&'.includes(operator)) {
    const problem = '=,!@|'.includes(operator) ? 'reserved' : 'unknown'
    throw new UriTemplateError(text, start, `the operator "${operator}" is ${problem}; use + # . / ; ? & or none`)
  }
  let position = start + operator.length
  const variables = body
    .slice(operator.length)
    .split(',')
    .map((spec): Variable => {
      const [, name, prefix, star] = variable.exec(spec) ?? []
      if (!name)
        throw new UriTemplateError(text, position, `"${spec}" is not a variable; write a name like a_1.b, a:9 or a*`)
      position += spec.length + 1
      return { name, explode: !!star, ...(prefix && { prefix: +prefix }) }
    })
  return {
    operator,
    first: operator === '+' ? '' : operator,
    separator: operator === '?' ? '&' : /[./;&]/.test(operator) ? operator : ',',
    variables,
  }
}
