import { getNodeValue, type Node, parseTree, printParseErrorCode, type ParseError } from 'jsonc-parser'
import type { ConfigEditor, Value } from './config-editor.ts'
import { indentAt, type Layout, readLayout } from './layout.ts'
import { findTokens } from './jsonc-tokens.ts'

/** JSON with comments and trailing commas, as editors write it; of strict JSON it makes strict JSON. */
export const jsonc: ConfigEditor = {
  read: (text) => {
    const root = parse(text)
    return root === undefined ? {} : (getNodeValue(root) as Readonly<Record<string, unknown>>)
  },

  set: (text, { table, name }, value) => {
    const layout = readLayout(text)
    const root = parse(text)
    if (root === undefined) return `${print({ [table]: { [name]: value } }, '', layout)}${layout.eol}`
    const servers = find(root, table)?.children?.[1]
    if (servers === undefined) return insert(text, root, table, { [name]: value }, layout)
    if (servers.type !== 'object') throw new Error(`"${table}" is no object in it`)
    const old = find(servers, name)?.children?.[1]
    if (old === undefined) return insert(text, servers, name, value, layout)
    const isOneLine = !text.slice(servers.offset, servers.offset + servers.length).includes('\n')
    const printed = isOneLine ? JSON.stringify(value) : print(value, indentAt(text, old.offset), layout)
    return text.slice(0, old.offset) + printed + text.slice(old.offset + old.length)
  },

  remove: (text, { table, name }, withTable) => {
    const root = parse(text)
    const servers = root && find(root, table)
    const object = servers?.children?.[1]
    const entry = object?.type === 'object' ? find(object, name) : undefined
    if (root === undefined || servers === undefined || object === undefined || entry === undefined) return text
    return withTable && object.children?.length === 1 ? cut(text, root, servers) : cut(text, object, entry)
  },
}

/** The root of a text, if there is anything in it. */
function parse(text: string): Node | undefined {
  const errors: ParseError[] = []
  const root = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true })
  const [error] = errors
  if (error !== undefined) {
    const line = text.slice(0, error.offset).split('\n').length
    throw new Error(`it is not valid JSON: ${printParseErrorCode(error.error)} in line ${line}`)
  }
  if (root !== undefined && root.type !== 'object') throw new Error('it is no JSON object')
  return root
}

/** The property of that name; of several the last, which is the one that counts. */
const find = (object: Node, name: string): Node | undefined =>
  object.children?.findLast(({ children }) => children?.[0]?.value === name)

/** Where the value of a property ends; the node of the property may reach to the comma. */
const endOf = ({ offset, length, children }: Node): number => {
  const value = children?.[1]
  return value === undefined ? offset + length : value.offset + value.length
}

const print = (value: Value, indent: string, { eol, unit }: Layout): string =>
  JSON.stringify(value, null, unit).replaceAll('\n', `${eol}${indent}`)

/** Adds a property behind the last one and whatever is said about it. */
function insert(text: string, object: Node, key: string, value: Value, layout: Layout): string {
  const last = object.children?.at(-1)
  const brace = object.offset + object.length - 1
  const start = last === undefined ? object.offset + 1 : endOf(last)
  const { comma, end } = findTokens(text, start, brace)
  const isOneLine = last !== undefined && !text.slice(object.offset, brace).includes('\n')
  const outer = indentAt(text, object.offset)
  const inner = last === undefined ? outer + layout.unit : indentAt(text, last.offset) || outer + layout.unit
  const property = isOneLine
    ? ` ${JSON.stringify(key)}: ${JSON.stringify(value)}`
    : `${layout.eol}${inner}${JSON.stringify(key)}: ${print(value, inner, layout)}`
  const gap = text.slice(end, brace)
  return (
    text.slice(0, start) +
    (last === undefined || comma !== undefined ? '' : ',') +
    text.slice(start, end) +
    property +
    (comma === undefined ? '' : ',') +
    (isOneLine || gap.includes('\n') ? gap : layout.eol + outer) +
    text.slice(brace)
  )
}

/** Takes a property out with the comma that parted it from its neighbour, and the line that it leaves empty. */
function cut(text: string, object: Node, property: Node): string {
  const siblings = object.children ?? []
  const at = siblings.indexOf(property)
  const [before, after] = [siblings[at - 1], siblings[at + 1]]
  const end = endOf(property)
  const following = findTokens(text, end, after?.offset ?? object.offset + object.length - 1).comma
  const rest = following === undefined ? text.slice(end) : text.slice(end, following) + text.slice(following + 1)
  let head = text.slice(0, property.offset)
  if (following === undefined && before !== undefined) {
    const { comma } = findTokens(text, endOf(before), property.offset)
    if (comma !== undefined) head = head.slice(0, comma) + head.slice(comma + 1)
  }
  const isLineEmpty = /(?:^|\n)[ \t]*$/.test(head) && /^[ \t]*(?:\r?\n|\}|$)/.test(rest)
  return isLineEmpty ? head.replace(/\r?\n[ \t]*$/, '') + rest : head.replace(/[ \t]+$/, '') + rest
}
