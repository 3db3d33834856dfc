/** A text that breaks the grammar of RFC 6570 §2. */
export class UriTemplateError extends Error {
  override readonly name = 'UriTemplateError'
  /** Where in the template, in UTF-16 units from 0. */
  readonly position: number

  constructor(template: string, position: number, reason: string) {
    super(`URI template ${JSON.stringify(template.slice(0, 100))} at ${position}: ${reason}`)
    this.position = position
  }
}

const variable = /^(?:\w|%[\da-f]{2})(?:\.?(?:\w|%[\da-f]{2}))*(?::[1-9]\d{0,3}|\*)?$/i

/** Finds where and why a text is no template. */
export function explainTemplate(text: string, maxLength: number): UriTemplateError {
  let position = 0
  for (const piece of text.split(/(\{[^{}]*\})/)) {
    const expression = /^\{([^\w%}]?)(.*)\}$/s.exec(piece)
    if (expression === null) {
      const stray = piece.search(/[{}]/)
      if (stray >= 0) {
        const problem = `"${piece[stray]}" has no partner; write a literal one as %7B or %7D`
        return new UriTemplateError(text, position + stray, problem)
      }
      position += piece.length
      continue
    }
    const [, operator = '', list = ''] = expression
    position++
    if (!'+#./;?&'.includes(operator)) {
      const kind = '=,!@|'.includes(operator) ? 'reserved' : 'unknown'
      return new UriTemplateError(text, position, `the operator "${operator}" is ${kind}; use + # . / ; ? & or none`)
    }
    position += operator.length
    for (const spec of list.split(',')) {
      if (!variable.test(spec)) {
        const problem = `"${spec}" is not a variable; write a name like a_1.b, a:9 or a*`
        return new UriTemplateError(text, position, problem)
      }
      position += spec.length + 1
    }
  }
  return new UriTemplateError(text, maxLength, 'must end here')
}
