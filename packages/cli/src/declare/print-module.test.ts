import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Described, printModule } from './print-module.ts'

const EMPTY: Described = {
  title: 'harbour 1.0.0',
  tools: [],
  resources: [],
  resourceTemplates: [],
  prompts: [],
  fingerprints: {},
}

describe('a module of types', () => {
  it('has nothing where the server has nothing', () => {
    expect(printModule(EMPTY)).toContain('readonly tools: {}')
  })

  it('is the same whatever the order in which a server lists', () => {
    const [a, b] = [
      { name: 'a', inputSchema: { type: 'object' as const } },
      { name: 'b', inputSchema: { type: 'object' as const } },
    ]
    const one = printModule({ ...EMPTY, tools: [a, b], fingerprints: { a: '1', b: '2' } })
    expect(printModule({ ...EMPTY, tools: [b, a], fingerprints: { b: '2', a: '1' } })).toBe(one)
  })

  it('takes the first of two with one name, and leaves out what clients cannot have', () => {
    const tool = (name: string, description: string) => ({
      name,
      description,
      inputSchema: { type: 'object' as const },
    })
    const text = printModule({ ...EMPTY, tools: [tool('a', 'First.'), tool('a', 'Second.'), tool('then', 'Third.')] })
    expect(text).toContain('First.')
    expect(text).not.toMatch(/Second|Third|then/)
  })

  it('knows which variables of a template may be left out', () => {
    const template = (uriTemplate: string) => ({ name: 'r', uriTemplate })
    const text = printModule({ ...EMPTY, resourceTemplates: [template('x://{a,b}/{+c:3}{?d,e*}{&f}{a}')] })
    expect(text).toContain(
      '{ readonly a: string; readonly b: string; readonly c: string; readonly d?: string; readonly e?: string; readonly f?: string }',
    )
  })
})

/** What a stranger could use to get out of where its text stands. */
const HOSTILE = [
  '*/',
  '/*',
  '//',
  '\n',
  '\r',
  '\u2028',
  '\u2029',
  "'",
  '"',
  '`',
  '${',
  '\\',
  '\\u0027',
  '}',
  '{',
  ';',
  ')',
  '>',
  '@ts-expect-error',
  '@ts-ignore',
  '@ts-nocheck',
  '@deprecated',
  '/// <reference path="x" />',
  '\u202e',
  '\u0000',
  '\ud800',
  '\u{e0041}',
  "'; declare const pwned: 1; export const x = '",
  '*/ export declare const pwned: 1 /*',
  'export default 1',
  '__proto__',
  'constructor',
  'a',
  '1',
  ' ',
  'é',
  '日',
]

const text = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 6 })
  .map((parts) => parts.join(''))

const { schema } = fc.letrec<{ schema: object }>((tie) => {
  const inner = fc.oneof({ depthSize: 'small', withCrossShrink: true }, fc.record({ type: text }), tie('schema'))
  return {
    schema: fc.oneof(
      { depthSize: 'small' },
      fc.record({
        enum: fc.array(fc.oneof(text, fc.double(), fc.constant(null), fc.dictionary(text, text)), { maxLength: 4 }),
      }),
      fc.record({ const: fc.jsonValue({ maxDepth: 3 }) }),
      fc.record({ type: fc.constant('string'), description: text, tsType: text, title: text }),
      fc.record({
        type: fc.constant('object'),
        properties: fc.dictionary(text, inner, { maxKeys: 4 }),
        required: fc.array(text),
        description: text,
      }),
      fc.record({
        type: fc.constant('array'),
        prefixItems: fc.array(inner, { maxLength: 3 }),
        minItems: fc.integer({ min: 0, max: 4 }),
      }),
      fc.record({ anyOf: fc.array(inner, { maxLength: 3 }), allOf: fc.array(inner, { maxLength: 2 }) }),
      fc.record({
        $ref: fc.oneof(text, fc.constantFrom('#', '#/$defs/a', '#/$defs/b')),
        $defs: fc.record({ a: inner, b: inner }),
      }),
    ),
  }
})

const described: fc.Arbitrary<Described> = fc.record({
  title: text,
  tools: fc.array(
    fc.record(
      { name: text, description: text, inputSchema: schema, outputSchema: schema },
      { requiredKeys: ['name', 'inputSchema'] },
    ),
    { maxLength: 5 },
  ),
  resources: fc.array(fc.record({ name: text, uri: text, description: text }), { maxLength: 3 }),
  resourceTemplates: fc.array(
    fc.record({ name: text, uriTemplate: fc.array(text, { maxLength: 3 }).map((names) => `x://{${names.join(',')}}`) }),
    { maxLength: 3 },
  ),
  prompts: fc.array(
    fc.record({
      name: text,
      description: text,
      arguments: fc.array(fc.record({ name: text, required: fc.boolean() }), { maxLength: 3 }),
    }),
    { maxLength: 3 },
  ),
  fingerprints: fc.dictionary(text, text),
}) as fc.Arbitrary<Described>

const tsc = join(import.meta.dirname, '../../../../node_modules/typescript/bin/tsc')

/** Checks with the compiler that each module says what it was made of, and not a word more. */
const compile = (servers: readonly Described[], extension: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-types-'))
  try {
    const checks = servers.map((server, at) => {
      writeFileSync(join(folder, `server${at}${extension}`), printModule(server))
      const names = [...new Set(server.tools.map(({ name }) => name))].filter(
        (name) => !(name in {}) && name !== 'then',
      )
      return `
import type * as server${at} from './server${at}.js'
type Tools${at} = keyof NonNullable<(typeof server${at})['server']['~parts']>['tools']
export const exports${at}: Same<keyof typeof server${at}, 'server' | 'fingerprints'> = true
export const tools${at}: Same<Tools${at}, ${names.map((name) => JSON.stringify(name)).join(' | ') || 'never'}> = true
`
    })
    const same = 'type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never'
    writeFileSync(join(folder, 'check.ts'), `${same}\n${checks.join('')}`)
    const options = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2024', '--noUnusedLocals', 'false']
    execFileSync(process.execPath, [tsc, ...options, join(folder, 'check.ts')], { encoding: 'utf8', cwd: folder })
    return ''
  } catch (error) {
    return String((error as { readonly stdout?: string }).stdout ?? error)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('a module of types for a hostile server', () => {
  it.each(['.ts', '.d.ts'])(
    'says what the server has, and nothing that the server wants to say, as %s',
    (extension) => {
      // One run of the compiler for all of them: it takes longer to start than to check.
      expect(compile(fc.sample(described, 150), extension)).toBe('')
    },
    60_000,
  )

  it('keeps each of its texts in a place that it does not get out of', () => {
    const servers = HOSTILE.map((word): Described => {
      const name = `${word}${word}`
      const inner = { type: 'string', description: word, enum: [word], const: word }
      const inputSchema = {
        type: 'object',
        description: word,
        properties: { [name]: inner },
        required: [name],
      } as const
      return {
        title: word,
        tools: [{ name, description: word, inputSchema, outputSchema: inputSchema }],
        resources: [{ name, uri: word, description: word }],
        resourceTemplates: [{ name: `${name}t`, uriTemplate: `{${word}}`, description: word }],
        prompts: [{ name, description: word, arguments: [{ name }] }],
        fingerprints: { [name]: word },
      }
    })
    expect(compile(servers, '.ts')).toBe('')
  }, 60_000)
})
