import type { JsonValue } from '../../protocol/index.ts'

/**
 * The part of YAML that people write in frontmatter and that every reader reads in the same way: fields and lists by
 * indentation, text in quotes or without, blocks of text after `|` and `>`, and lists and fields in brackets of one line.
 *
 * What readers of different versions disagree on, such as `yes` or `2026-01-01` without quotes, is refused: clients compare
 * what they read with what we read.
 */

interface Line {
  readonly number: number
  readonly indent: number
  /** Without its indentation. */
  readonly text: string
}

const MAX_DEPTH = 16
const MAX_LINES = 1000

class Reader {
  readonly #raw: readonly string[]
  #at = 0

  constructor(raw: readonly string[]) {
    this.#raw = raw
  }

  /** The next line with content; it stays where it is. */
  peek(): Line | undefined {
    for (; this.#at < this.#raw.length; this.#at++) {
      const raw = this.#raw[this.#at]!
      const text = raw.trimStart()
      if (text === '' || text.startsWith('#')) continue
      const indent = raw.length - text.length
      // Line 1 is the line ---.
      const number = this.#at + 2
      if (raw.slice(0, indent).includes('\t')) throw refuse(number, 'a tab as indentation. Use spaces')
      return { number, indent, text: text.trimEnd() }
    }
    return undefined
  }

  skip(): void {
    this.#at++
  }

  /** Lines of a block of text: those that are indented more than `indent`, and the empty ones between them. */
  block(indent: number): readonly string[] {
    const start = this.#at
    const isIn = (raw: string): boolean => raw.trim() === '' || raw.length - raw.trimStart().length > indent
    while (this.#at < this.#raw.length && isIn(this.#raw[this.#at]!)) this.#at++
    return this.#raw.slice(start, this.#at)
  }
}

/** @throws TypeError naming the line. */
export function readYaml(lines: readonly string[]): JsonValue {
  if (lines.length > MAX_LINES)
    throw new TypeError(`Its frontmatter has ${lines.length} lines; at most ${MAX_LINES} are read.`)
  const reader = new Reader(lines)
  const first = reader.peek()
  if (first === undefined) return {}
  const value = readNode(reader, first.indent, 0)
  const rest = reader.peek()
  if (rest !== undefined) throw refuse(rest.number, 'an indentation that fits nothing above it')
  return value
}

function refuse(line: number, what: string): TypeError {
  return new TypeError(`Line ${line} of its frontmatter has ${what}.`)
}

function readNode(reader: Reader, indent: number, depth: number): JsonValue {
  const line = reader.peek()
  if (depth > MAX_DEPTH) throw refuse(line?.number ?? 0, `more than ${MAX_DEPTH} levels`)
  return line !== undefined && isItem(line.text) ? readList(reader, indent, depth) : readFields(reader, indent, depth)
}

const isItem = (text: string): boolean => text === '-' || text.startsWith('- ')

function readList(reader: Reader, indent: number, depth: number): JsonValue {
  const items: JsonValue[] = []
  for (
    let line = reader.peek();
    line !== undefined && line.indent === indent && isItem(line.text);
    line = reader.peek()
  ) {
    reader.skip()
    const text = line.text.slice(1).trim()
    if (findKey(text) !== undefined)
      throw refuse(line.number, 'fields in the line of a list item. Write the item in { }')
    items.push(readValue(reader, text, line, depth))
  }
  return items
}

function readFields(reader: Reader, indent: number, depth: number): JsonValue {
  const fields = new Map<string, JsonValue>()
  for (let line = reader.peek(); line !== undefined && line.indent === indent; line = reader.peek()) {
    const found = findKey(line.text)
    if (found === undefined) throw refuse(line.number, `neither a field nor an item: ${line.text.slice(0, 40)}`)
    const { key, rest, isPlain } = found
    if (isPlain && typeof readScalar(key, line.number) !== 'string')
      throw refuse(line.number, `the field ${key} without quotes, which is no text`)
    if (fields.has(key)) throw refuse(line.number, `the field ${key} a second time`)
    reader.skip()
    fields.set(key, readValue(reader, rest, line, depth))
  }
  return Object.fromEntries(fields)
}

const KEY =
  /^(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)'|([^\s"'[\]{}#&*!|>%@`,?:-][^\s:]*(?:[ ][^\s:#][^\s:]*)*))\s*:(?:\s+(.*)|)$/s

function findKey(text: string): { readonly key: string; readonly rest: string; readonly isPlain: boolean } | undefined {
  const found = KEY.exec(text)
  if (found === null) return undefined
  const [, double, single, plain = '', rest = ''] = found
  const key = double === undefined ? (single?.replaceAll("''", "'") ?? plain) : (JSON.parse(`"${double}"`) as string)
  return { key, rest: rest.trim(), isPlain: double === undefined && single === undefined }
}

/** What stands after a colon or a dash, or below it. */
function readValue(reader: Reader, text: string, { indent, number }: Line, depth: number): JsonValue {
  if (/^[|>]/.test(text)) return readBlock(reader, text, indent, number)
  if (text !== '' && !text.startsWith('#')) {
    const value = readScalar(text, number)
    const next = reader.peek()
    if (next !== undefined && next.indent > indent)
      throw refuse(next.number, 'more of a text that began above. Write it after | or >, or in one line')
    return value
  }
  const next = reader.peek()
  if (next === undefined || next.indent < indent || (next.indent === indent && !isItem(next.text))) return null
  return readNode(reader, next.indent, depth + 1)
}

function readBlock(reader: Reader, header: string, indent: number, number: number): string {
  const found = /^([|>])([+-]?)(?:\s+#.*)?$/.exec(header)
  if (found === null)
    throw refuse(number, `a block of text that begins with ${header.slice(0, 20)}. Write | or >, with - or + at most`)
  const [, style, chomp] = found
  const lines = reader.block(indent)
  const depth = Math.min(
    ...lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length),
  )
  const text = lines.map((line) => (line.trim() === '' ? '' : line.slice(Number.isFinite(depth) ? depth : 0)))
  if (style === '>' && text.some((line) => /^\s/.test(line)))
    throw refuse(number, 'a folded block with lines of its own indentation. Use |')
  if (chomp !== '+') while (text.at(-1) === '') text.pop()
  const body = style === '|' ? text.join('\n') : fold(text)
  if (body === '') return ''
  return chomp === '-' ? body : `${body}\n`
}

/** A line break becomes a space; an empty line becomes a line break. */
function fold(lines: readonly string[]): string {
  let text = ''
  for (const [index, line] of lines.entries()) {
    const before = lines[index - 1]
    if (index > 0) text += line === '' ? '\n' : before === '' ? '' : ' '
    text += line
  }
  return text
}

/** Values that some readers take for text and others for something else. */
const AMBIGUOUS =
  /^(?:y|n|yes|no|on|off|~|null|true|false|[-+]?\.(?:inf|nan)|[-+]?0[\dxob][\d_a-f]*|[-+]?[\d_]*_[\d_.]*|[-+]?\d+(?::[0-5]?\d)+(?:\.\d*)?|\d{4}-\d{1,2}-\d{1,2}.*|[-+]?\d*\.?\d+|[-+]?\d+\.|\+\d.*|[-+]?(?:\d+\.?\d*|\.\d+)e[-+]?\d+|=|<<)$/i
const EXACT: ReadonlyMap<string, JsonValue> = new Map<string, JsonValue>([
  ['true', true],
  ['false', false],
  ['null', null],
])
const NUMBER = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/

function readScalar(text: string, number: number): JsonValue {
  const [first] = text
  if (first === '"' || first === "'") return readQuoted(text, number)
  if (first === '[' || first === '{') return readFlow(text, number)
  // A comment begins after a space.
  const plain = text.replace(/\s+#.*$/, '')
  if (/^[&*!%@`|>,\]}?]|^[-:](?:\s|$)/.test(plain))
    throw refuse(number, `a value that begins with ${plain.slice(0, 1)}. Put it in quotes`)
  if (/:(?:\s|$)/.test(plain)) throw refuse(number, 'a value with a colon and a space in it. Put it in quotes')
  if (EXACT.has(plain)) return EXACT.get(plain) ?? null
  if (NUMBER.test(plain) && !/^-?0\d|^-0$/.test(plain)) return Number(plain)
  if (AMBIGUOUS.test(plain))
    throw refuse(number, `a value that not every reader takes for the same: ${plain.slice(0, 40)}. Put it in quotes`)
  return plain
}

function readQuoted(text: string, number: number): string {
  const double = /^("(?:[^"\\]|\\.)*")(?:\s+#.*|\s*)$/.exec(text)
  if (double !== null) {
    try {
      return JSON.parse(double[1] ?? '') as string
    } catch {
      throw refuse(number, 'an escape that JSON does not have')
    }
  }
  const single = /^'((?:[^']|'')*)'(?:\s+#.*|\s*)$/.exec(text)
  if (single !== null) return (single[1] ?? '').replaceAll("''", "'")
  throw refuse(number, 'a quote that is not closed in its line')
}

/** Lists and fields in brackets: as JSON, or a list of words. */
function readFlow(text: string, number: number): JsonValue {
  const bare = text.replace(/\s+#[^"'\]}]*$/, '')
  try {
    return JSON.parse(bare) as JsonValue
  } catch {
    const words = /^\[([^[\]{}"']*)\]$/.exec(bare)?.[1]
    if (words === undefined) throw refuse(number, 'brackets that are neither JSON nor a list of words')
    return words.trim() === '' ? [] : words.split(',').map((word) => readScalar(word.trim(), number))
  }
}
