import { describe, expect, it } from 'vitest'
import { expand, type TemplateValues } from './expand.ts'
import { parseTemplate } from './parse.ts'

function expandText(text: string, values: TemplateValues): string {
  return expand(parseTemplate(text), values)
}

/** The variables that RFC 6570 §3.2 defines for its examples. */
const values: TemplateValues = {
  count: ['one', 'two', 'three'],
  dom: ['example', 'com'],
  dub: 'me/too',
  hello: 'Hello World!',
  half: '50%',
  var: 'value',
  who: 'fred',
  base: 'http://example.com/home/',
  path: '/foo/bar',
  list: ['red', 'green', 'blue'],
  keys: { semi: ';', dot: '.', comma: ',' },
  v: '6',
  x: '1024',
  y: '768',
  empty: '',
  empty_keys: {},
  undef: undefined,
}

/** One line per example of the section: template, then expansion. */
const examples = {
  '3.2.1 variable expansion': `
    {count}       one,two,three
    {count*}      one,two,three
    {/count}      /one,two,three
    {/count*}     /one/two/three
    {;count}      ;count=one,two,three
    {;count*}     ;count=one;count=two;count=three
    {?count}      ?count=one,two,three
    {?count*}     ?count=one&count=two&count=three
    {&count*}     &count=one&count=two&count=three`,
  '3.2.2 simple string expansion': `
    {var}         value
    {hello}       Hello%20World%21
    {half}        50%25
    O{empty}X     OX
    O{undef}X     OX
    {x,y}         1024,768
    {x,hello,y}   1024,Hello%20World%21,768
    ?{x,empty}    ?1024,
    ?{x,undef}    ?1024
    ?{undef,y}    ?768
    {var:3}       val
    {var:30}      value
    {list}        red,green,blue
    {list*}       red,green,blue
    {keys}        semi,%3B,dot,.,comma,%2C
    {keys*}       semi=%3B,dot=.,comma=%2C`,
  '3.2.3 reserved expansion': `
    {+var}              value
    {+hello}            Hello%20World!
    {+half}             50%25
    {base}index         http%3A%2F%2Fexample.com%2Fhome%2Findex
    {+base}index        http://example.com/home/index
    O{+empty}X          OX
    O{+undef}X          OX
    {+path}/here        /foo/bar/here
    here?ref={+path}    here?ref=/foo/bar
    up{+path}{var}/here up/foo/barvalue/here
    {+x,hello,y}        1024,Hello%20World!,768
    {+path,x}/here      /foo/bar,1024/here
    {+path:6}/here      /foo/b/here
    {+list}             red,green,blue
    {+list*}            red,green,blue
    {+keys}             semi,;,dot,.,comma,,
    {+keys*}            semi=;,dot=.,comma=,`,
  '3.2.4 fragment expansion': `
    {#var}          #value
    {#hello}        #Hello%20World!
    {#half}         #50%25
    foo{#empty}     foo#
    foo{#undef}     foo
    {#x,hello,y}    #1024,Hello%20World!,768
    {#path,x}/here  #/foo/bar,1024/here
    {#path:6}/here  #/foo/b/here
    {#list}         #red,green,blue
    {#list*}        #red,green,blue
    {#keys}         #semi,;,dot,.,comma,,
    {#keys*}        #semi=;,dot=.,comma=,`,
  '3.2.5 label expansion': `
    {.who}            .fred
    {.who,who}        .fred.fred
    {.half,who}       .50%25.fred
    www{.dom*}        www.example.com
    X{.var}           X.value
    X{.empty}         X.
    X{.undef}         X
    X{.var:3}         X.val
    X{.list}          X.red,green,blue
    X{.list*}         X.red.green.blue
    X{.keys}          X.semi,%3B,dot,.,comma,%2C
    X{.keys*}         X.semi=%3B.dot=..comma=%2C
    X{.empty_keys}    X
    X{.empty_keys*}   X`,
  '3.2.6 path segment expansion': `
    {/who}            /fred
    {/who,who}        /fred/fred
    {/half,who}       /50%25/fred
    {/who,dub}        /fred/me%2Ftoo
    {/var}            /value
    {/var,empty}      /value/
    {/var,undef}      /value
    {/var,x}/here     /value/1024/here
    {/var:1,var}      /v/value
    {/list}           /red,green,blue
    {/list*}          /red/green/blue
    {/list*,path:4}   /red/green/blue/%2Ffoo
    {/keys}           /semi,%3B,dot,.,comma,%2C
    {/keys*}          /semi=%3B/dot=./comma=%2C`,
  '3.2.7 path-style parameter expansion': `
    {;who}            ;who=fred
    {;half}           ;half=50%25
    {;empty}          ;empty
    {;v,empty,who}    ;v=6;empty;who=fred
    {;v,bar,who}      ;v=6;who=fred
    {;x,y}            ;x=1024;y=768
    {;x,y,empty}      ;x=1024;y=768;empty
    {;x,y,undef}      ;x=1024;y=768
    {;hello:5}        ;hello=Hello
    {;list}           ;list=red,green,blue
    {;list*}          ;list=red;list=green;list=blue
    {;keys}           ;keys=semi,%3B,dot,.,comma,%2C
    {;keys*}          ;semi=%3B;dot=.;comma=%2C`,
  '3.2.8 form-style query expansion': `
    {?who}            ?who=fred
    {?half}           ?half=50%25
    {?x,y}            ?x=1024&y=768
    {?x,y,empty}      ?x=1024&y=768&empty=
    {?x,y,undef}      ?x=1024&y=768
    {?var:3}          ?var=val
    {?list}           ?list=red,green,blue
    {?list*}          ?list=red&list=green&list=blue
    {?keys}           ?keys=semi,%3B,dot,.,comma,%2C
    {?keys*}          ?semi=%3B&dot=.&comma=%2C`,
  '3.2.9 form-style query continuation': `
    {&who}            &who=fred
    {&half}           &half=50%25
    ?fixed=yes{&x}    ?fixed=yes&x=1024
    {&x,y,empty}      &x=1024&y=768&empty=
    {&x,y,undef}      &x=1024&y=768
    {&var:3}          &var=val
    {&list}           &list=red,green,blue
    {&list*}          &list=red&list=green&list=blue
    {&keys}           &keys=semi,%3B,dot,.,comma,%2C
    {&keys*}          &semi=%3B&dot=.&comma=%2C`,
}

describe.each(Object.entries(examples))('expand, RFC 6570 §%s', (_, lines) => {
  const rows = lines
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
  it.each(rows)('%s gives %s', (text = '', expansion = '') => {
    expect(expandText(text, values)).toBe(expansion)
  })
})

describe('expand', () => {
  it('writes numbers and booleans', () => {
    expect(expandText('x{?n,d,t,f}', { n: 0, d: -1.5, t: true, f: false })).toBe('x?n=0&d=-1.5&t=true&f=false')
  })

  it('leaves out undefined values and empty lists and records', () => {
    expect(expandText('x{/a,e:3}{.b*}{?c,d*}', { a: undefined, b: [], c: [], d: {} })).toBe('x')
  })

  it('reads own properties only', () => {
    expect(expandText('x{/constructor,toString,__proto__}', {})).toBe('x')
    expect(expandText('x{?constructor}', { constructor: 'c' })).toBe('x?constructor=c')
    expect(expandText('x{?__proto__*}', JSON.parse('{"__proto__":{"a":"1"}}'))).toBe('x?a=1')
  })

  it('keeps triplets in reserved expansion and encodes a lone percent sign', () => {
    expect(expandText('{+a}{#a}{/a}', { a: 'x%2F%foo%25' })).toBe('x%2F%25foo%25#x%2F%25foo%25/x%252F%25foo%2525')
  })

  it('keeps every reserved character in reserved expansion and encodes it in simple expansion', () => {
    const reserved = ":/?#[]@!$&'()*+,;="
    expect(expandText('{+a}', { a: reserved })).toBe(reserved)
    expect(expandText('{a}', { a: reserved })).toBe('%3A%2F%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3D')
  })

  it('cuts a prefix between characters, never within one', () => {
    expect(expandText('{a:2}', { a: '𝄞éx' })).toBe('%F0%9D%84%9E%C3%A9')
    expect(expandText('{a:9999}', { a: 'x' })).toBe('x')
  })

  it('encodes literals that no URI may hold and keeps their triplets', () => {
    expect(expandText('é x%20y%/{a}', { a: 'v' })).toBe('%C3%A9%20x%20y%25/v')
  })

  it('writes a lone surrogate as U+FFFD', () => {
    expect(expandText('\ud800{a}{+a}', { a: '\udfff' })).toBe('%EF%BF%BD%EF%BF%BD%EF%BF%BD')
  })

  // RFC 6570 §2.4.1: a prefix does not apply to composite values.
  it.each([[['a']], [{ a: 'b' }]])('refuses to cut %j', (keys) => {
    expect(() => expandText('x{?keys:1}', { keys })).toThrow('"keys:1" takes a string')
  })
})
