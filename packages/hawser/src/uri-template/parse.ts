import { encodeReserved } from './encode.ts'
import { explainTemplate } from './explain.ts'
import { compilePattern } from './pattern.ts'
import type { Expression, Part, UriTemplate, Variable } from './template.ts'

/** UTF-16 units: a template may come from a stranger, and its pattern costs the square of its length. */
const MAX_TEMPLATE = 8192

/** The grammar of RFC 6570 §2, in which the characters that a literal must not hold are left to be encoded. */
const TEMPLATE =
  /^(?:[^{}]|\{[+#./;?&]?(?:\w|%[\da-f]{2})(?:\.?(?:\w|%[\da-f]{2}))*(?::[1-9]\d{0,3}|\*)?(?:,(?:\w|%[\da-f]{2})(?:\.?(?:\w|%[\da-f]{2}))*(?::[1-9]\d{0,3}|\*)?)*\})*$/i

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
  if (parts === undefined) throw explainTemplate(text, MAX_TEMPLATE)
  return { text, parts, ...compilePattern(parts) }
}

/** Parses a template that is only expanded; `undefined` when it is none. */
export function parseParts(text: string): readonly Part[] | undefined {
  if (text.length > MAX_TEMPLATE || !TEMPLATE.test(text)) return undefined
  const parts = text.split(/\{([^{}]*)\}/)
  return parts.map((part, index) => (index % 2 ? parseExpression(part) : encodeReserved(part))).filter(Boolean)
}

function parseExpression(body: string): Expression {
  const operator = /^[^\w%]?/.exec(body)?.[0] ?? ''
  return {
    operator,
    first: operator === '+' ? '' : operator,
    separator: operator === '?' ? '&' : /[./;&]/.test(operator) ? operator : ',',
    variables: body
      .slice(operator.length)
      .split(',')
      .map((spec): Variable => {
        const [name = '', prefix] = spec.split(/[:*]/)
        return { name, explode: spec.endsWith('*'), ...(prefix && { prefix: +prefix }) }
      }),
  }
}
