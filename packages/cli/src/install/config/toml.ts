import { stringify } from 'smol-toml'
import { type AST, getStaticTOMLValue, ParseError, parseTOML } from 'toml-eslint-parser'
import type { ConfigEditor, Place, Value } from './config-editor.ts'
import { readEntry } from './read-entry.ts'

/** TOML, in which an entry is a table with a header of its own. */
export const toml: ConfigEditor = {
  read: (text) => getStaticTOMLValue(parse(text)),

  set: (text, place, value) => {
    const eol = text.includes('\r\n') ? '\r\n' : '\n'
    const section = print(place, value).replaceAll('\n', eol)
    const ours = findTables(text, place)
    const [first] = ours
    if (first !== undefined) return cut(text, ours, section)
    const head = text === '' || text.endsWith('\n') ? text : text + eol
    return head.trim() === '' ? head + section : `${head}${/\n\s*\n$/.test(head) ? '' : eol}${section}`
  },

  remove: (text, place) => cut(text, findTables(text, place), ''),
}

function parse(text: string): AST.TOMLProgram {
  try {
    return parseTOML(text)
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    throw new Error(`it is not valid TOML: ${error.message} in line ${error.lineNumber}`, { cause: error })
  }
}

const print = ({ table, name }: Place, value: Value): string => stringify({ [table]: { [name]: value } })

/**
 * The tables that make up an entry: its own and those below it.
 *
 * @throws Error when the entry is written in another way.
 */
function findTables(text: string, place: Place): readonly AST.TOMLTable[] {
  const ast = parse(text)
  const tables = ast.body[0].body.filter(
    (node): node is AST.TOMLTable =>
      node.type === 'TOMLTable' && node.resolvedKey[0] === place.table && node.resolvedKey[1] === place.name,
  )
  const isThere = readEntry(getStaticTOMLValue(ast), place) !== undefined
  if (isThere && tables.length === 0) throw new Error(`it writes ${place.name} without a [table] of its own`)
  return tables
}

/** Takes whole lines out, and puts a text where the first of them was. */
function cut(text: string, tables: readonly AST.TOMLTable[], replacement: string): string {
  return tables.toReversed().reduce((left, { range: [from, to] }, index) => {
    const lineEnd = text.indexOf('\n', to)
    const end = lineEnd < 0 ? text.length : lineEnd + 1
    const isFirst = index === tables.length - 1
    const gap =
      isFirst && replacement !== '' ? 0 : (/(?:\r?\n)[ \t]*(?:\r?\n)$/.exec(text.slice(0, from))?.[0].length ?? 0)
    // An empty line parts sections: the one above goes with the section.
    const start = gap === 0 ? from : from - gap + (text[from - gap] === '\r' ? 2 : 1)
    return left.slice(0, start) + (isFirst ? replacement : '') + left.slice(end)
  }, text)
}
