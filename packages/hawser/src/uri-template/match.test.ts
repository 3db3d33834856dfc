import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expand } from './expand.ts'
import { match, type MatchOptions } from './match.ts'
import { parseTemplate } from './parse.ts'

function matchText(text: string, uri: string, options?: MatchOptions): Record<string, string> | undefined {
  const values = match(parseTemplate(text), uri, options)
  return values && { ...values }
}

describe('match finds values', () => {
  it.each([
    ['notes://all', 'notes://all', {}],
    ['notes://{id}', 'notes://7', { id: '7' }],
    ['notes://{id}', 'notes://a%20b%2Fc%C3%A9', { id: 'a b/cé' }],
    ['notes://{id}/text', 'notes://7/text', { id: '7' }],
    ['x://{owner}/{repo}', 'x://ada/tide', { owner: 'ada', repo: 'tide' }],
    ['x://{a,b}', 'x://1,2', { a: '1', b: '2' }],
    ['x://{list}', 'x://red,green', { list: 'red,green' }],
    ['git://{ref}/{+path}', 'git://main/src/a.ts', { ref: 'main', path: 'src/a.ts' }],
    ['x://{+path}/blob/{id}', 'x://a/blob/b/blob/7', { path: 'a/blob/b', id: '7' }],
    ['x://{+path}.md', 'x://a/b.md.md', { path: 'a/b.md' }],
    ['x://a{/b,c}', 'x://a/1/2', { b: '1', c: '2' }],
    ['x://a{/b*}', 'x://a/1/2/3', { b: '1,2,3' }],
    ['x://a{/b*}/end{/c}', 'x://a/1/2/end/3', { b: '1,2', c: '3' }],
    ['x://{name}{.ext}', 'x://a.b.md', { name: 'a.b', ext: 'md' }],
    ['x://www{.dom*}', 'x://www.example.com', { dom: 'example,com' }],
    ['x://{host}{.dom*}', 'x://www.example.com', { host: 'www', dom: 'example,com' }],
    ['x://a{;m,n}', 'x://a;m=1;n', { m: '1', n: '' }],
    ['x://a{;m,mn}', 'x://a;m=1;mn=2', { m: '1', mn: '2' }],
    ['x://{a}{;m*}', 'x://a;m=1;m=2', { a: 'a', m: '1,2' }],
    ['x://a{#frag}', 'x://a#b/c?d', { frag: 'b/c?d' }],
    ['x://a{#frag}', 'x://a#', { frag: '' }],
    ['x://a{#b,c}', 'x://a#1,', { b: '1', c: '' }],
    ['x://a{#b,c},', 'x://a#,,', { b: '', c: '' }],
    ['x://a#{b}', 'x://a#1', { b: '1' }],
    ['x://{a:3}', 'x://abc', { a: 'abc' }],
    ['x://{a:1}', 'x://%F0%9D%84%9E', { a: '𝄞' }],
    ['x://{a}-{b}', 'x://1-2-3', { a: '1-2', b: '3' }],
    ['x://{a}-{b}/{+c}', 'x://1-2-3/4', { a: '1', b: '2-3', c: '4' }],
    ['{a}-{+b}', '--1', { a: '-', b: '1' }],
    ['{a}-{b}', '1--', { a: '1', b: '-' }],
    ['x://a?q={q}', 'x://a?q=b/c', { q: 'b/c' }],
    ['x://a?u={+u}&v={v}', 'x://a?u=http://b/c&v=1', { u: 'http://b/c', v: '1' }],
    ['{scheme}://{+rest}', 'https://example.com/a', { scheme: 'https', rest: 'example.com/a' }],
    ['caf\u00e9://{id}', 'caf%C3%A9://1', { id: '1' }],
  ])('%s in %s', (text, uri, values) => {
    expect(matchText(text, uri)).toEqual(values)
  })
})

describe('match leaves query variables optional and free in order', () => {
  it.each([
    ['dom://{id}{?sel,inc}', 'dom://1', { id: '1' }],
    ['dom://{id}{?sel,inc}', 'dom://1?inc=a', { id: '1', inc: 'a' }],
    ['dom://{id}{?sel,inc}', 'dom://1?inc=a&sel=%23b%20c', { id: '1', inc: 'a', sel: '#b c' }],
    ['dom://{id}{?sel,inc}', 'dom://1?sel=&inc', { id: '1', sel: '', inc: '' }],
    ['x://a{?q}', 'x://a?q=b=c/d?e+f', { q: 'b=c/d?e+f' }],
    ['x://a{?q*}', 'x://a?q=1&q=2', { q: '1,2' }],
    ['x://a{?q}', 'x://a?q=1,2', { q: '1,2' }],
    ['x://a{?b}{&c}', 'x://a?c=2&b=1', { b: '1', c: '2' }],
    ['x://a?fixed=yes{&b}', 'x://a?fixed=yes', {}],
    ['x://a?fixed=yes{&b}', 'x://a?b=1&fixed=yes', { b: '1' }],
    ['x://a?q={q}{&b}', 'x://a?q=1&b=2', { q: '1', b: '2' }],
    ['x://a{?b}{#c}', 'x://a?b=1#?b=2', { b: '1', c: '?b=2' }],
    ['x://{+path}{?b}', 'x://a/b?b=1', { path: 'a/b', b: '1' }],
  ])('%s in %s', (text, uri, values) => {
    expect(matchText(text, uri)).toEqual(values)
  })
})

describe('match finds nothing', () => {
  it.each([
    ['notes://all', 'notes://all/'],
    ['notes://all', 'notes://all?x'],
    ['notes://{id}', 'notes://'],
    ['notes://{id}', 'notes://a/b'],
    ['notes://{id}', 'notes://a?b'],
    ['notes://{id}', 'notes://a?'],
    ['notes://{id}', 'notes://a#b'],
    ['notes://{id}', 'NOTES://a'],
    ['notes://{id}/text', 'notes://a'],
    ['notes://{id}/text', 'notes:///text'],
    ['git://{ref}/{+path}', 'git://main/'],
    ['git://{ref}/{+path}', 'git://main/a?b=c'],
    ['x://{a}.md', 'x://7.txt'],
    ['x://aba{b}ba', 'x://aba'],
    ['x{;m}m', 'x;m'],
    ['{a}-{+b}', '12'],
    ['{a}-{b}', '12'],
    ['x://{a}-x/{b}', 'x://-x/1'],
    ['x://a{/b,c}', 'x://a/1'],
    ['x://a{/b,c}', 'x://a/1/2/3'],
    ['x://a{/b*}', 'x://a'],
    ['x://a{/b*}', 'x://a/1//2'],
    ['x://a{.ext}', 'x://a'],
    ['x://a{.ext}', 'x://a.'],
    ['x://a{;m}', 'x://a'],
    ['x://a{;m}', 'x://a;mn=1'],
    ['x://a{;m}', 'x://a;m=1;n=2'],
    ['x://a{;m,n}', 'x://a;n=1;m=2'],
    ['x://a{#b}', 'x://a'],
    ['x://{a:3}', 'x://abcd'],
    ['x://{a:1}', 'x://%F0%9D%84%9E%F0%9D%84%9E'],
    ['x://a{?b}', 'x://a?c=1'],
    ['x://a{?b}', 'x://a?b=1&c=2'],
    ['x://a{?b}', 'x://a?b=1&b=2'],
    ['x://a{?b}', 'x://a?b=1#c'],
    ['x://a{?b}', 'x://a?'],
    ['x://a{?b}', 'x://a?b=1&'],
    ['x://a{?b:1}', 'x://a?b=12'],
    ['x://a{?constructor}', 'x://a?toString=1'],
    ['x://a?fixed=yes{&b}', 'x://a?b=1'],
    ['x://a?q={q}', 'x://a?q=1&r=2'],
    ['x://a?q={q}', 'x://a?q='],
    ['x://{a}{b}', 'x://ab'],
  ])('%s in %s', (text, uri) => {
    expect(matchText(text, uri)).toBeUndefined()
  })

  it.each(['%', '%4', '%zz', '%ff', '%c0%ae', '%ed%a0%80'])('where %s is no UTF-8 percent-encoding', (bad) => {
    expect(matchText('x://{a}', `x://${bad}`)).toBeUndefined()
    expect(matchText('x://{+a}', `x://b/${bad}`)).toBeUndefined()
    expect(matchText('x://a{?b}', `x://a?b=${bad}`)).toBeUndefined()
    expect(matchText('x://a{#b}', `x://a#${bad}`)).toBeUndefined()
  })

  it('over 8 KiB', () => {
    const template = parseTemplate('x://{a}')
    expect(match(template, `x://${'a'.repeat(8188)}`)).toBeDefined()
    expect(match(template, `x://${'a'.repeat(8189)}`)).toBeUndefined()
  })
})

describe('match guards against traversal', () => {
  const climbing = ['..', '../a', 'a/..', 'a/../b', 'a/%2e%2E/b', '..%2fa', '..\\a', 'a%5C..', '%252e%252e', 'a%252f..']

  it.each(climbing)('%s does not match, unless allowed', (path) => {
    expect(matchText('x://a/{+path}', `x://a/${path}`)).toBeUndefined()
    expect(matchText('x://a/{+path}', `x://a/${path}`, { traversal: true })).toEqual({ path: decodeURIComponent(path) })
  })

  it('in every kind of value', () => {
    expect(matchText('x://{a}', 'x://%2e%2e')).toBeUndefined()
    expect(matchText('x://a{/b*}', 'x://a/b/../c')).toBeUndefined()
    expect(matchText('x://a{?b}', 'x://a?b=../c')).toBeUndefined()
    expect(matchText('x://a{;b}', 'x://a;b=..')).toBeUndefined()
    expect(matchText('x://a{#b}', 'x://a#../c')).toBeUndefined()
  })

  it.each(['a..b', '...', 'main...dev', '..a', 'a../b', '.', './a'])('%s is no traversal', (path) => {
    expect(matchText('x://{+path}', `x://${path}`)).toEqual({ path })
  })

  it('a NUL never matches', () => {
    expect(matchText('x://{a}', 'x://a%00b')).toBeUndefined()
    expect(matchText('x://{a}', 'x://a%00b', { traversal: true })).toBeUndefined()
  })
})

describe('match', () => {
  it('puts values under any name without touching a prototype', () => {
    const values = match(parseTemplate('x://{__proto__}{?constructor}'), 'x://a?constructor=b')
    expect(Object.getPrototypeOf(values)).toBeNull()
    expect(Object.entries(values ?? {})).toEqual([
      ['constructor', 'b'],
      ['__proto__', 'a'],
    ])
  })

  // A matcher that tried every way to split these would not come back.
  it.each([
    ['{a}-{b}-{c}-{d}-{e}-{f}-{g}-{h}/{i}', '-', '/'],
    ['{+a}-{b}-{c}-{d}-{e}-{f}-{g}-{h}/{i}', 'a-', '/'],
    ['{a}-{b}-{c}-{d}/{+e}/{f}.{g}.{h}', '-./', '/'],
    ['x{;a*}', ';a', ';b'],
    ['x?y{&a*}', '?a&', '&b'],
    ['x{/a*}', '/.', '/..'],
  ])('refuses a long URI for %s at once', (text, unit, end) => {
    const uri = `x${unit.repeat(8000 / unit.length)}${end}`
    expect(matchText(text, uri)).toBeUndefined()
  })

  it('never throws', () => {
    const texts = ['x{a}{/b*}{;c}{?d,e*}{#f}', '{+a}.{b}?c={c}{&d}', '{a,b}{.c*}{;d:2}', 'x?{a}#{b}', '{a}{b}', '']
    const unit = fc.constantFrom(...'x/.;?&#=,%2ab'.split(''), '%41', '%2F', ';c', '&e=', '\ud800', '\0')
    fc.assert(
      fc.property(fc.constantFrom(...texts.map(parseTemplate)), fc.array(unit), (template, units) => {
        const values = match(template, units.join(''))
        for (const value of Object.values(values ?? {})) expect(value).toBeTypeOf('string')
      }),
      { numRuns: 2000 },
    )
  })
})

describe('match gives back what expand was given', () => {
  const any = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0'))
  const some = any.filter((value) => value !== '')
  /** `+` and `#` keep triplets, and in a path `?` and `#` would end the value. */
  const raw = any.filter((value) => !/%[\da-f]{2}|[?#]/i.test(value))
  const item = some.filter((value) => !value.includes(','))
  const list = fc.array(item, { minLength: 1 })
  const optional = { requiredKeys: [] }

  it.each<[string, fc.Arbitrary<Record<string, string>>, fc.Arbitrary<Record<string, string>>]>([
    [
      'x://{a}/y{/b,c}{;d,e}{?f,g}{#h}',
      fc.record({ a: some, b: some, c: some, d: any, e: any, h: raw }),
      fc.record({ f: any, g: any }, optional),
    ],
    [
      'x://{a}/y/{+path}/z/{b}{.c}{?d}',
      fc.record({ a: some, b: some, path: raw.filter(Boolean), c: some.filter((value) => !value.includes('.')) }),
      fc.record({ d: any }, optional),
    ],
    ['x://y?q={q}&r=1{&s,t}', fc.record({ q: some }), fc.record({ s: any, t: any }, optional)],
  ])('in %s', (text, required, query) => {
    const template = parseTemplate(text)
    fc.assert(
      fc.property(required, query, (values, more) => {
        const given = { ...values, ...more }
        expect({ ...match(template, expand(template, given), { traversal: true }) }).toEqual(given)
      }),
    )
  })

  it('cut to the prefix', () => {
    const template = parseTemplate('x://{a:3}{?b:1}')
    fc.assert(
      fc.property(some, some, (a, b) => {
        const cut = { a: Array.from(a).slice(0, 3).join(''), b: Array.from(b)[0] }
        expect({ ...match(template, expand(template, { a, b }), { traversal: true }) }).toEqual(cut)
      }),
    )
  })

  it.each(['x://{a}', 'x://y{/a*}', 'x://y{;a*}', 'x://y{?a*}', 'x://y{/a}{?b}', 'x://{b}{;a*}', 'x://{b}{/a*}/z'])(
    'as lists joined by commas in %s',
    (text) => {
      const template = parseTemplate(text)
      fc.assert(
        fc.property(list, (a) => {
          const given = text.includes('{b}') ? { a, b: 'b' } : { a }
          expect({ ...match(template, expand(template, given), { traversal: true }) }).toEqual({
            ...given,
            a: a.join(),
          })
        }),
      )
    },
  )
})
