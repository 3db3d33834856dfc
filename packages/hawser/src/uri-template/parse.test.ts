import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { explainTemplate, UriTemplateError } from './explain.ts'
import { parseParts, parseTemplate } from './parse.ts'

function errorOf(text: string): UriTemplateError {
  try {
    parseTemplate(text)
  } catch (error) {
    if (error instanceof UriTemplateError) return error
    throw error
  }
  throw new Error(`${text} parsed`)
}

describe('parseTemplate', () => {
  it('splits text into encoded literals and expressions', () => {
    expect(parseTemplate('notes://café/{id}{?format,page*}').parts).toEqual([
      'notes://caf%C3%A9/',
      { operator: '', first: '', separator: ',', variables: [{ name: 'id', explode: false }] },
      {
        operator: '?',
        first: '?',
        separator: '&',
        variables: [
          { name: 'format', explode: false },
          { name: 'page', explode: true },
        ],
      },
    ])
  })

  it('lists each name once, in order', () => {
    expect(parseTemplate('{b}/{a:3}{/b*,__proto__}').variables).toEqual(['b', 'a', '__proto__'])
  })

  it('takes names with dots, underscores, digits and percent-encoded characters', () => {
    expect(parseTemplate('{last.name}{/_1}{?Stra%C3%9Fe}').variables).toEqual(['last.name', '_1', 'Stra%C3%9Fe'])
  })

  it('takes a text without expressions, and no text at all', () => {
    expect(parseTemplate('notes://all')).toMatchObject({ variables: [], parts: ['notes://all'] })
    expect(parseTemplate('')).toMatchObject({ variables: [], parts: [] })
  })

  // RFC 6570 §2.2: these operators are reserved for extensions.
  it.each('=,!@|'.split(''))('refuses the reserved operator %s', (operator) => {
    const { message, position } = errorOf(`a{${operator}b}`)
    expect(message).toContain(`"${operator}" is reserved`)
    expect(position).toBe(2)
  })

  it.each('$*-~ ^'.split(''))('refuses the unknown operator "%s"', (operator) => {
    expect(errorOf(`a{${operator}b}`).message).toContain(`"${operator}" is unknown`)
  })

  it.each([
    ['a{b', 1],
    ['a}b', 1],
    ['{a}b{c', 4],
    ['{a{b}}', 0],
    ['{a}}', 3],
    ['{a}{b}}', 6],
  ])('names the position of the brace without partner in %s', (text, position) => {
    expect(errorOf(text)).toMatchObject({ name: 'UriTemplateError', position })
  })

  // RFC 6570 §2.3 and §2.4
  it.each([
    ['{}', 1],
    ['{?}', 2],
    ['{a,}', 3],
    ['{?a,,b}', 4],
    ['{/?id}', 2],
    ['x{?a, b}', 5],
    ['{a b}', 1],
    ['{a.}', 1],
    ['{a..b}', 1],
    ['{a-b}', 1],
    ['{%2x}', 1],
    ['{a:0}', 1],
    ['{a:01}', 1],
    ['{a:10000}', 1],
    ['{a:}', 1],
    ['{a:b}', 1],
    ['{a:3*}', 1],
    ['{a*:3}', 1],
    ['{?a=default,b}', 2],
    ['{#a+}', 2],
    ['{é}', 1],
  ])('names the position of the wrong variable in %s', (text, position) => {
    expect(errorOf(text).position).toBe(position)
  })

  it('says what came, where, and what to write', () => {
    expect(errorOf('x://{a}/{b-c}').message).toBe(
      'URI template "x://{a}/{b-c}" at 9: "b-c" is not a variable; write a name like a_1.b, a:9 or a*',
    )
  })

  it('refuses a template over 8192 units, without repeating it', () => {
    expect(parseTemplate('{a}'.repeat(2730)).variables).toEqual(['a'])
    const { message, position } = errorOf('{a}'.repeat(2731))
    expect(position).toBe(8192)
    expect(message.length).toBeLessThan(150)
  })

  it('gives a template or a UriTemplateError, whatever the text', () => {
    const outcome = (text: string) => {
      try {
        return parseTemplate(text).text
      } catch (error) {
        return error instanceof UriTemplateError ? text : error
      }
    }
    const units = fc.array(fc.constantFrom(...'{}+#./;?&=,!:*%a1b'.split(''), '%41', '\ud800', 'é'))
    fc.assert(
      fc.property(units, (all) => {
        expect(outcome(all.join(''))).toBe(all.join(''))
        const isTemplate = parseParts(all.join('')) !== undefined
        expect(explainTemplate(all.join(''), 8192).message.includes('must end here')).toBe(isTemplate)
      }),
    )
  })
})
