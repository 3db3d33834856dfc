import { describe, expect, it } from 'vitest'
import { includeCode, readPages } from './include-code.ts'

const files: Readonly<Record<string, string>> = {
  'a/whole.ts': '// #region x\nconst x = 1\n// #endregion\n\nconst y = 2\n',
  'a/part.ts': 'function f() {\n  // #region inner\n  if (x) {\n\n    g()\n  }\n  // #endregion\n}\n',
}
const read = (path: string): string => {
  const text = files[path]
  if (text === undefined) throw new Error(`no file ${path}`)
  return text
}
const page = (...lines: readonly string[]) => ({ path: 'page.md', text: lines.join('\n') })

describe('including code', () => {
  it('writes a whole file without the marks of its regions', () => {
    expect(includeCode(page('<!-- a/whole.ts -->', '```ts', 'old', '```', 'after'), read)).toBe(
      '<!-- a/whole.ts -->\n```ts\nconst x = 1\n\nconst y = 2\n```\nafter',
    )
  })

  it('writes a region without the indentation that it has in its file', () => {
    expect(includeCode(page('<!-- a/part.ts#inner -->', '```ts', '```'), read)).toBe(
      '<!-- a/part.ts#inner -->\n```ts\nif (x) {\n\n  g()\n}\n```',
    )
  })

  it('leaves everything else as it is', () => {
    const text = 'words\n\n```sh\nnpm ci\n```\n\n<!-- a comment -->\n'
    expect(includeCode({ path: 'page.md', text }, read)).toBe(text)
  })

  it.each([
    ['a marker without a block', page('<!-- a/whole.ts -->', '', '```ts', '```'), /of 1 markers, 0 are followed/],
    ['a block that does not end', page('<!-- a/whole.ts -->', '```ts', 'old'), /of 1 markers, 0 are followed/],
    [
      'a region that is not there',
      page('<!-- a/part.ts#outer -->', '```ts', '```'),
      /a\/part\.ts has no region "outer"/,
    ],
    ['a file that is not there', page('<!-- a/none.ts -->', '```ts', '```'), /no file/],
  ])('refuses %s', (_, wrong, message) => {
    expect(() => includeCode(wrong, read)).toThrow(message)
  })
})

const pages = readPages()

describe('the pages', () => {
  it.each(pages)('$path shows the code of its files; after a change: npx node scripts/include-code.ts', (each) => {
    expect(each.text).toBe(includeCode(each))
  })

  // A decision shows what was weighed, which need not exist.
  it.each(pages.filter(({ path }) => !path.startsWith('docs/decisions/')))(
    '$path shows no TypeScript that no test runs',
    ({ text }) => {
      const blocks = text.match(/^```ts$/gm) ?? []
      const included = text.match(/^<!-- \S+ -->\n```ts$/gm) ?? []
      expect(blocks.length).toBe(included.length)
    },
  )
})
