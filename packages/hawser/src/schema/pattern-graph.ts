/** A regular expression as a graph: a position per character that it reads. (Glushkov, 1961) */
export interface PatternGraph {
  /** The characters a position reads: a bit per ASCII character and one for all others. */
  readonly reads: readonly bigint[]
  /** The positions that may read the next character, each with the number of ways that a backtracking engine has to it. */
  readonly next: readonly ReadonlyMap<number, number>[]
  /** The positions inside lookarounds, which the engine may try again at every character. */
  readonly aside: ReadonlySet<number>
}

/** What a part of the expression can begin and end with, whether it can be empty, and how many characters it reads. */
interface Part {
  readonly first: readonly number[]
  readonly last: readonly number[]
  readonly isOptional: boolean
  /** NaN when it varies. */
  readonly width: number
}

const MAX_POSITIONS = 500
const MAX_EDGES = 20_000
/** Writing out nested repetitions may multiply atoms that read nothing. */
const MAX_ATOMS = 5_000

const EMPTY: Part = { first: [], last: [], isOptional: true, width: 0 }
const ALL = (1n << 129n) - 1n
/** Short repetitions are written out, so that they do not count as loops. */
const WRITTEN_OUT = 3

const GROUP = /\((?:\?(?:<?[=!]|<[^>]*>|[a-z-]*:))?/y
const CLASS = /\[(?:[^\]\\]|\\[^])*\]/y
const ESCAPE = /\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[dD][89abAB]..\\u[dD][c-fC-F]..|u.{4}|x..|c.|k<[^>]*>|[1-9]\d*|[^])/y
const CHARACTER = /[^]/uy
const QUANTIFIER = /(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/y

/**
 * Reads a regular expression that the engine has accepted with the flag `u`.
 *
 * @throws {RangeError} when it has too many positions or edges to be explored
 */
export function parsePattern(source: string): PatternGraph {
  const reads: bigint[] = []
  const next: Map<number, number>[] = []
  let edges = 0
  let atoms = 0
  const aside = new Set<number>()
  let at = 0
  let depth = 0
  let isAnchored = source.startsWith('^')

  const take = (shape: RegExp): RegExpExecArray | null => {
    shape.lastIndex = at
    const found = shape.exec(source)
    if (found) at = shape.lastIndex
    return found
  }
  const link = ({ last }: Part, { first }: Part): void => {
    edges += last.length * first.length
    if (edges > MAX_EDGES) throw new RangeError('too many edges')
    for (const position of last) {
      for (const target of first) next[position]?.set(target, (next[position].get(target) ?? 0) + 1)
    }
  }
  const read = (characters: bigint): Part => {
    if (reads.length === MAX_POSITIONS) throw new RangeError('too many positions')
    next.push(new Map())
    const position = reads.push(characters) - 1
    return { first: [position], last: [position], isOptional: false, width: 1 }
  }
  const loop = (part: Part): Part => {
    link(part, part)
    return { ...part, width: Number.NaN }
  }
  const join = (a: Part, b: Part): Part => {
    link(a, b)
    return {
      first: a.isOptional ? [...a.first, ...b.first] : a.first,
      last: b.isOptional ? [...a.last, ...b.last] : b.last,
      isOptional: a.isOptional && b.isOptional,
      width: a.width + b.width,
    }
  }

  const alternatives = (): Part => {
    let part = sequence()
    while (source[at] === '|') {
      at++
      if (depth === 0 && source[at] !== '^') isAnchored = false
      const other = sequence()
      part = {
        first: [...part.first, ...other.first],
        last: [...part.last, ...other.last],
        isOptional: part.isOptional || other.isOptional,
        width: part.width === other.width ? part.width : Number.NaN,
      }
    }
    return part
  }
  const sequence = (): Part => {
    let part = EMPTY
    while (at < source.length && source[at] !== '|' && source[at] !== ')') part = join(part, repetition())
    return part
  }
  const repetition = (): Part => {
    const start = at
    const part = atom()
    const found = take(QUANTIFIER)
    if (!found) return part
    const [, sign, least = '', comma, most = ''] = found
    const min = sign ? (sign === '+' ? 1 : 0) : Number(least)
    const max = sign ? (sign === '?' ? 1 : Infinity) : comma ? Number(most || Infinity) : min
    const isOptional = part.isOptional || min === 0
    const width = part.width * (min === max ? max : Number.NaN)
    if (max === 0) return EMPTY
    if (max === 1 || (min === max && part.width >= 0)) return { ...part, isOptional, width }
    const end = at
    // A search stops at the first match, so what only lengthens it at its end is never tried.
    if (depth === 0 && (min < 2 || part.width >= 0) && (end === source.length || source[end] === '|'))
      return { ...part, isOptional, width }
    if (max > WRITTEN_OUT) return { ...loop(part), isOptional }
    let whole: Part = { ...part, isOptional }
    for (let copies = 1; copies < max; copies++) {
      at = start
      const copy = atom()
      whole = join(whole, { ...copy, isOptional: copy.isOptional || copies >= min })
    }
    at = end
    return whole
  }
  const atom = (): Part => {
    if (++atoms > MAX_ATOMS) throw new RangeError('too many atoms')
    const group = take(GROUP)?.[0]
    if (group !== undefined) {
      const start = reads.length
      depth++
      const part = alternatives()
      depth--
      at++
      if (!/[=!]$/.test(group)) return part
      for (let position = start; position < reads.length; position++) aside.add(position)
      return EMPTY
    }
    const text = (take(CLASS) ?? take(ESCAPE) ?? take(CHARACTER))?.[0] ?? ''
    if (/^(?:\^|\$|\\[bB])$/.test(text)) return EMPTY
    // A reference reads again what a group has read, which may be anything.
    if (/^\\(?:[1-9]|k<)/.test(text)) return { ...loop(read(ALL)), isOptional: true }
    return read(charactersOf(text))
  }

  const whole = alternatives()
  // A search without anchor tries every start, as if anything could come before.
  if (!isAnchored) join(loop(read(ALL)), whole)
  return { reads, next, aside }
}

/** The engine itself says which ASCII characters a class or an escape reads; all others count as one. */
function charactersOf(text: string): bigint {
  const shape = new RegExp(`^(?:${text})$`, 'u')
  let characters = /[^\0-\x7f]|^\[\^|\\[uxpPWDSs]|^\.$/.test(text) ? 1n << 128n : 0n
  for (let code = 0; code < 128; code++) if (shape.test(String.fromCharCode(code))) characters |= 1n << BigInt(code)
  return characters
}
