import { describe, expect, it } from 'vitest'
import { parseTemplate } from './parse.ts'

describe('matching is not decidable, and the template says why, for', () => {
  it.each([
    ['{a}{b}', '{b} touches the value before it'],
    ['{a}{+b}', '{b} touches the value before it'],
    ['{/a}{b}', '{b} touches the value before it'],
    ['{+a}/{+b}', '{b} is the second value of open length'],
    ['{+a,b}', '{b} is the second value of open length'],
    ['{/a*}{/b*}', '{b} is the second value of open length'],
    ['{+a}{;b*}', '{b} is the second value of open length'],
    ['{a}/{a}', '{a} appears twice'],
    ['{a}{?a}', '{a} appears twice'],
    ['{?a,a}', '{a} appears twice'],
    ['x?a={b}{&a}', '{a} appears twice'],
    ['{?a}{?b}', '{?b} must start the query'],
    ['x?y{?a}', '{?a} must start the query'],
    ['x#y{?a}', '{?a} must start the query'],
    ['x{&a}', '{&a} must continue the query'],
    ['x?y#z{&a}', '{&a} must continue the query'],
    ['{?a}/b', 'only {&…} and "#" may follow'],
    ['{?a}b#c', 'only {&…} and "#" may follow'],
    ['{?a}{b}', 'only {&…} and "#" may follow'],
    ['{?a}{/b}', 'only {&…} and "#" may follow'],
  ])('%s', (text, reason) => {
    const template = parseTemplate(text)
    expect(template.unmatchable).toContain(reason)
    expect(template.pattern).toBeUndefined()
  })
})

describe('matching is decidable for', () => {
  it.each([
    'x://{a}',
    'x://{a},{b}',
    'x://{a,b}',
    'x://{a}{/b}{.c}{;d}{?e}{#f}',
    'x://{a}/{+b}/c/{d}',
    'x://{+a}?b={+b}#{c}',
    'x{?a}{&b}#c',
    'x?y=z{&a,b*}{#c,d}',
    'x?name={name}{&me}',
    'x#y?z',
  ])('%s', (text) => {
    const template = parseTemplate(text)
    expect(template.unmatchable).toBeUndefined()
    expect(template.pattern).toBeDefined()
  })
})
