import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../packages/hawser')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>
}

interface Exported {
  readonly name: string
  readonly kind: string
  readonly docstring: string
}

const DECLARATION =
  /((?:\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?)^export (?:async )?(function|const|class|interface|type) (\w+)/gm
const PASSED_ON = /^export (?:type )?(?:\*|\{([^}]*)\}) from '([^']+)'/gm

/** What a module exports, followed to where it is declared. */
function exportsOf(path: string): readonly Exported[] {
  const text = readFileSync(path, 'utf8')
  const own = [...text.matchAll(DECLARATION)].map(([, docstring = '', kind = '', name = '']): Exported => ({
    name,
    kind,
    docstring,
  }))
  const others = [...text.matchAll(PASSED_ON)].flatMap(([, names, from = '']) => {
    const found = exportsOf(join(dirname(path), from))
    const wanted = names?.split(',').map((name) => name.trim().replace(/^type /, ''))
    return wanted === undefined ? found : found.filter(({ name }) => wanted.includes(name))
  })
  // Of overloads the first one speaks for all.
  return [...new Map([...own, ...others].toReversed().map((each) => [each.name, each])).values()]
}

const entries = Object.entries(manifest.exports).map(
  ([subpath, conditions]) =>
    [`hawser${subpath.slice(1)}`, exportsOf(join(root, conditions['hawser-source'] ?? ''))] as const,
)

it.each(entries)('%s says of each export what it is, and shows how to use what is called', (_, exported) => {
  expect(exported.length).toBeGreaterThan(0)
  expect(exported.filter(({ docstring }) => docstring === '').map(({ name }) => name)).toEqual([])
  const called = exported.filter(({ kind }) => ['function', 'const', 'class'].includes(kind))
  expect(called.filter(({ docstring }) => !docstring.includes('@example')).map(({ name }) => name)).toEqual([])
})
