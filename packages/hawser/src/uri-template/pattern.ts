import type { Expression, Part, Slot, UriTemplate, Variable } from './template.ts'

/** By the section a value is in, the characters that end it. */
const stops = { path: /[/?#]/, query: /[&?#]/, fragment: /#/ }

/** Precomputes how to match, or says why matching is not decidable. */
export function compilePattern(parts: readonly Part[]): Pick<UriTemplate, 'variables' | 'pattern' | 'unmatchable'> {
  const names = new Set<string>()
  const slots: Slot[] = []
  let named: Map<string, Slot> | undefined
  let unmatchable: string | undefined
  let literals = ''
  let before = ''
  let open = -1

  for (const part of parts) {
    if (typeof part === 'string') addLiteral(part)
    else part.variables.forEach((variable, index) => addVariable(part, variable, index ? part.separator : part.first))
  }

  const variables = [...names]
  if (unmatchable) return { variables, unmatchable }
  const middle = Math.max(0, open)
  const head = slots[0]?.literal ?? before
  const left = slots.slice(0, middle).map((slot, index) => ({ ...slot, literal: slots[index + 1]?.literal ?? '' }))
  const right = slots.slice(middle + 1).map((slot) => ({ ...slot, fromEnd: true }))
  return {
    variables,
    pattern: {
      head,
      ends: [...left, ...right.toReversed()],
      middle: slots[middle],
      tail: before,
      named,
      rank: [head.length, literals.length, Number(open < 0), -names.size],
    },
  }

  function section(): keyof typeof stops {
    return literals.includes('#') ? 'fragment' : named || literals.includes('?') ? 'query' : 'path'
  }

  function refuseIf(condition: unknown, reason: string): void {
    if (condition) unmatchable ??= reason
  }

  function addLiteral(text: string): void {
    refuseIf(named && section() === 'query' && !text.startsWith('#'), 'only {&…} and "#" may follow {?…} or {&…}')
    literals += text
    before += text
  }

  function addVariable(expression: Expression, variable: Variable, lead: string): void {
    const { name } = variable
    const isNamed = /[?&]/.test(expression.operator)
    const isLiteral = isNamed && literals.split(/[?&]/).some((piece) => piece.startsWith(`${name}=`))
    refuseIf(isLiteral || names.has(name), `{${name}} appears twice; give each value its own name`)
    names.add(name)
    if (!isNamed) return addSlot(expression, variable, lead)
    refuseIf(
      section() !== (lead === '?' ? 'path' : 'query'),
      `{${lead}${name}} must ${lead === '?' ? 'start' : 'continue'} the query`,
    )
    named ??= new Map()
    named.set(name, { ...variable, literal: '', least: 0 })
  }

  function addSlot({ operator, separator }: Expression, variable: Variable, lead: string): void {
    const { name, explode } = variable
    const matrix = operator === ';'
    addLiteral(matrix ? lead + name : lead)
    refuseIf(slots.length > 0 && !before, `{${name}} touches the value before it; put text between them`)
    const split = explode && /[./;]/.test(operator) ? (matrix ? lead + name : separator) : undefined
    const wide = section() === 'path' && (operator === '+' || split === '/')
    if (wide || split) {
      refuseIf(open >= 0, `{${name}} is the second value of open length, such as {+a} or {/a*}; keep one`)
      open = slots.length
    }
    slots.push({
      ...variable,
      literal: before,
      stop: wide ? /[?#]/ : stops[section()],
      least: matrix || operator === '#' ? 0 : 1,
      split,
      matrix,
    })
    before = ''
  }
}
