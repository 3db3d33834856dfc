import { globSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join, posix, sep } from 'node:path'
import { describe, expect, it } from 'vitest'

/** A room imports rooms of the rows below its own. */
const ROWS: readonly (readonly string[])[] = [
  ['index'],
  ['node', 'cloudflare', 'testing', 'landing', 'extensions', 'compose'],
  ['legacy'],
  ['http', 'stdio'],
  ['auth', 'audit', 'vault', 'wire', 'client', 'interceptors', 'server', 'schema'],
  ['call'],
  ['protocol'],
]

/** What a room may import besides; `uri-template` stands alone and imports nothing. */
const BESIDES: ReadonlyMap<string, readonly string[]> = new Map([
  ['server', ['schema', 'uri-template']],
  ['client', ['schema', 'uri-template']],
  // Account is kept by an interceptor, which masks what the others mask.
  ['audit', ['interceptors']],
  ['index', ['uri-template']],
  // Adapters for the ports of extensions live with their runtime.
  ['node', ['extensions']],
  ['cloudflare', ['extensions']],
  ['compose', ['uri-template']],
  ['uri-template', []],
])

/** Runtime dependencies, optional ones included, each with the one room that imports it. */
const DEPENDENCIES: ReadonlyMap<string, string> = new Map([
  ['@cfworker/json-schema', 'schema'],
  ['yaml', 'extensions'],
  ['@opentelemetry/api', 'interceptors'],
  ['jose', 'auth'],
  ['oauth4webapi', 'auth'],
  ['@napi-rs/keyring', 'node'],
])

const OLD_WORDS =
  /\binitialize\b|notifications\/initialized|[Mm]cp-[Ss]ession-[Ii]d|2024-11-05|2025-(?:03-26|06-18|11-25)|[Ll]egacy/
const VAGUE_NAME = /(?:^|[/-])(?:utils?|helpers?|common|managers?)(?:[/.-]|$)/
const ANY_TYPE = /(?<![.\w$])any(?![\w$]|\s*[?(:])/
const ROOT_EXPORTS = 40

const NAMES = String.raw`(?:\*(?:\s+as\s+[\w$]+)?|\{[^}]*\}|[\w$]+(?:\s*,\s*(?:\{[^}]*\}|\*\s+as\s+[\w$]+))?)`
const IMPORT = new RegExp(
  String.raw`^(?:import|export)\s+(?:type\s+)?${NAMES}\s+from\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]`,
  'gm',
)
const TYPE_IMPORT = new RegExp(String.raw`^(?:import|export)\s+type\s+${NAMES}\s+from\s*['"][^'"]+['"]`, 'gm')
const COMMENT_OR_STRING = /('|")(?:\\.|(?!\1)[^\\\n])*\1|`(?:\\.|[^\\`])*`|\/\*[\s\S]*?\*\/|\/\/.*$/gm

const withoutComments = (text: string): string =>
  text.replace(COMMENT_OR_STRING, (found) => (found.startsWith('/') ? '' : found))
const withoutStrings = (text: string): string => text.replace(COMMENT_OR_STRING, "''")
const withoutTypeImports = (text: string): string => text.replace(TYPE_IMPORT, '')

/** Module specifiers of static, re-exporting, dynamic and type imports. */
const importsOf = (code: string): string[] => [...code.matchAll(IMPORT)].map((found) => found[1] ?? found[2] ?? '')

/** Names that a module exports, types too; `*` for a wholesale re-export. */
const exportsOf = (text: string): string[] => {
  const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap((list) => (list[1] ?? '').split(','))
  const declared = [
    ...text.matchAll(/^export (?:async )?(?:(\*)|(?:function\*?|const|class|interface|type) ([\w$]+))/gm),
  ]
  return [...lists.map((name) => name.trim()), ...declared.map((found) => found[1] ?? found[2] ?? '')].filter(
    (name) => name !== '',
  )
}

interface Source {
  readonly path: string
  readonly room: string
  readonly text: string
  readonly code: string
}

const roomOf = (path: string): string => (path.includes('/') ? path.slice(0, path.indexOf('/')) : 'index')
const filesIn = (folder: string, pattern: string): string[] =>
  globSync(pattern, { cwd: folder, exclude: (path) => /node_modules|dist/.test(path) }).map((path) =>
    path.replaceAll(sep, '/'),
  )

const source = (path: string): Source => {
  const text = readFileSync(join(import.meta.dirname, path), 'utf8')
  return { path, room: roomOf(path), text, code: withoutComments(text) }
}

const sources: readonly Source[] = filesIn(import.meta.dirname, '**/*.ts')
  .filter((path) => !/\.test\.ts$|(?:^|\/)fixtures\//.test(path))
  .map(source)

const neighbours = (file: Source, code = file.code): string[] =>
  importsOf(code)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => posix.join(posix.dirname(file.path), specifier))
const packagesOf = (file: Source): string[] => importsOf(file.code).filter((specifier) => !specifier.startsWith('.'))

const rowOf = (room: string): number => ROWS.findIndex((row) => row.includes(room))
const mayImport = (from: string, to: string): boolean =>
  from === to || (BESIDES.get(from) ?? []).includes(to) || (rowOf(from) >= 0 && rowOf(to) > rowOf(from))

/** The files that are loaded when `path` is. */
const loadedBy = (path: string, seen = new Set<string>()): Set<string> => {
  const file = sources.find((candidate) => candidate.path === path)
  if (!file || seen.has(path)) return seen
  seen.add(path)
  for (const next of neighbours(file, withoutTypeImports(file.code))) loadedBy(next, seen)
  return seen
}

/** One line for each file that breaks a rule. */
const breaches = (rule: string, broken: (file: Source) => readonly string[]): string[] =>
  sources.flatMap((file) => broken(file).map((what) => `${file.path}: ${what} – ${rule}`))

const matches = (text: string, pattern: RegExp): string[] => text.match(new RegExp(pattern, 'g')) ?? []

describe('rooms', () => {
  it('reads every way of importing', () => {
    const text = [
      "import type { A } from './a.ts'",
      'import {\n  b,\n} from "./b.ts"',
      "export * from './c.ts'",
      "import './d.ts'",
      "const e = await import('./e.ts')",
      "type F = import('./f.ts').F",
      "import G, * as g from './g.ts'",
      "export * as h from './h.ts'",
      'export interface I {}',
    ].join('\n')
    expect(importsOf(text)).toEqual(['./a.ts', './b.ts', './c.ts', './d.ts', './e.ts', './f.ts', './g.ts', './h.ts'])
    expect(importsOf(withoutTypeImports(text))).not.toContain('./a.ts')
  })

  it('tells code from comments and strings', () => {
    const code = withoutComments("f('*/*', any) // any\n/* any */ g(`any`)")
    expect(code).toBe("f('*/*', any) \n g(`any`)")
    expect(withoutStrings(code)).toBe("f('', any) \n g('')")
  })

  it('are those of the table', () => {
    const rooms = new Set([...ROWS.flat(), ...BESIDES.keys()])
    expect(breaches('not a room of the table', ({ room }) => (rooms.has(room) ? [] : [room]))).toEqual([])
  })

  it('import only rooms below them', () => {
    const upward = breaches('a room imports only what stands below it', (file) =>
      neighbours(file).filter((path) => !mayImport(file.room, roomOf(path))),
    )
    expect(upward).toEqual([])
  })

  it('import a dependency in one room only', () => {
    const stray = breaches('each dependency belongs to one room', (file) =>
      packagesOf(file).filter((name) => !isBuiltin(name) && !/[:#]/.test(name) && DEPENDENCIES.get(name) !== file.room),
    )
    expect(stray).toEqual([])
  })

  it('leave what a runtime is chosen by to the front door, and whether it is Workers to cloudflare/', () => {
    const stray = breaches('only the front door knows in which runtime it is', (file) =>
      packagesOf(file).filter(
        (name) => name.startsWith('#') && file.room !== 'index' && !(file.room === 'cloudflare' && name === '#workers'),
      ),
    )
    expect(stray).toEqual([])
  })

  it('leave Node to node/ and the Workers runtime to cloudflare/', () => {
    const hosts = breaches('the core runs on every runtime', (file) =>
      packagesOf(file).filter(
        (name) =>
          (isBuiltin(name) && file.room !== 'node') || (name.startsWith('cloudflare:') && file.room !== 'cloudflare'),
      ),
    )
    expect(hosts).toEqual([])
  })

  it('do not know that there was a past, except legacy/ and the front door', () => {
    const past = breaches('only legacy/ knows the past', (file) =>
      file.room === 'legacy' || file.room === 'index' ? [] : matches(file.text, OLD_WORDS),
    )
    expect(past).toEqual([])
  })

  it.each([
    ['index.ts', '@cfworker/json-schema'],
    ['interceptors/index.ts', '@cfworker/json-schema'],
    // Optional: whoever has not installed it must be able to load everything else.
    ['index.ts', '@opentelemetry/api'],
    ['interceptors/index.ts', '@opentelemetry/api'],
    ['index.ts', 'oauth4webapi'],
    ['node/index.ts', 'oauth4webapi'],
    ['node/sign-in/index.ts', 'jose'],
    ['index.ts', 'jose'],
    ['index.ts', 'oauth4webapi'],
    ['testing/index.ts', 'jose'],
  ])('keep what is large or optional out of what %s loads: %s', (entry, dependency) => {
    const reached = loadedBy(entry)
    const loaded = sources.filter(({ path }) => reached.has(path))
    expect(loaded.length).toBeGreaterThan(5)
    expect(loaded.filter((file) => packagesOf(file).includes(dependency)).map(({ path }) => path)).toEqual([])
  })

  it('hold one `any` at most, the variance alias', () => {
    const found = breaches('one variance alias is all', (file) => matches(withoutStrings(file.code), ANY_TYPE))
    expect(found.length > 1 ? found : []).toEqual([])
  })
})

describe('the front door', () => {
  it(`exports ${ROOT_EXPORTS} names at most, each by name`, () => {
    const names = sources.filter(({ path }) => path === 'index.ts').flatMap(({ code }) => exportsOf(code))
    expect(names).not.toContain('*')
    expect(names.length > ROOT_EXPORTS ? names : []).toEqual([])
  })
})

describe('the house', () => {
  it('names files after what they hold', () => {
    const root = join(import.meta.dirname, '../../..')
    const files = filesIn(root, '{packages,examples,bench,conformance,scripts,docs}/**/*.*')
    expect(files.filter((path) => VAGUE_NAME.test(path))).toEqual([])
  })
})
