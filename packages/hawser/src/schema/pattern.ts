import { clip } from './clip.ts'
import { type PatternGraph, parsePattern } from './pattern-graph.ts'
import { SchemaError } from './schema-error.ts'

const MAX_SOURCE = 5_000
const MAX_STEPS = 50_000
const MAX_DEGREE = 3
/** Steps that one match may take, for which an engine needs less than a tenth of a second. */
const MAX_WORK = 2.5e7

/**
 * Checks that a `pattern` compiles and that no text makes a backtracking engine try exponentially many ways, and returns
 * the longest text that it may be tried on: Infinity when the time grows with the length, less when with a power of it.
 * A trusted pattern only has to compile. A reference counts as if it read anything, and what a repetition reads once and exactly as if the count were one.
 *
 * @example checkPattern('^[a-z]+$') // Infinity
 * @example checkPattern('^(a+)+$') // throws
 * @throws {SchemaError} (Weber and Seidl, On the degree of ambiguity of finite automata, 1991)
 */
export function checkPattern(source: string, path?: string, isTrusted = false): number {
  const refuse = (expected: string, cause?: unknown): SchemaError =>
    new SchemaError(
      `Pattern ${JSON.stringify(clip(source, 120))}${path ? ` at ${path}` : ''}: expected ${expected}. Rewrite it or leave it out.`,
      { path, cause },
    )
  try {
    new RegExp(source, 'u').test('')
  } catch (cause) {
    throw refuse('an ECMAScript regular expression with the flag u', cause)
  }
  if (isTrusted || !/[*+]|\{\d+,/.test(source)) return Infinity
  if (source.length > MAX_SOURCE) throw refuse(`at most ${MAX_SOURCE} characters`)
  let degree: number
  try {
    degree = degreeOf(parsePattern(source))
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw refuse('one that is shorter', cause)
  }
  if (degree > MAX_DEGREE) {
    throw refuse('a regular expression that reads each text in one way, such as (?:a+-)* instead of (?:a+-?)*')
  }
  return degree === 1 ? Infinity : Math.floor(MAX_WORK ** (1 / degree))
}

/** The power of the length with which the time of a match can grow; Infinity when it is exponential. */
function degreeOf(graph: PatternGraph): number {
  const reach = graph.next.map((_, position) => reachableFrom(graph, position))
  const reaches = (from: number, to: number): boolean => reach[from]?.has(to) === true
  let steps = 0
  const walk: Walk = (...given) => {
    const { isFound, taken } = explore(graph, ...given, MAX_STEPS - steps)
    steps += taken
    return isFound
  }
  const loops = groupLoops(reach)
  for (const [head, loop] of loops) {
    if (walk([head, head], [head, head], true, (position) => loop.includes(position))) return Infinity
  }
  const degrees = new Map<number, number>()
  const degreeFrom = (head: number, loop: readonly number[]): number => {
    let degree = degrees.get(head)
    if (degree !== undefined) return degree
    degree = 1
    for (const [other, later] of loops) {
      if (other === head || !reaches(head, other)) continue
      const below = degreeFrom(other, later)
      if (below + 1 <= degree) continue
      const isShared = loop.some((p) => later.some((q) => walk([p, p, q], [p, q, q], false, (at) => reaches(at, q))))
      degree = Math.max(degree, isShared ? below + 1 : below)
    }
    degrees.set(head, degree)
    return degree
  }
  // What lookarounds cost comes on top, for they may be tried at every character.
  let [main, aside] = [0, 0]
  for (const [head, loop] of loops) {
    if (graph.aside.has(head)) aside = Math.max(aside, degreeFrom(head, loop))
    else main = Math.max(main, degreeFrom(head, loop))
  }
  return Math.max(1, main + aside)
}

/** The positions that can follow themselves, by the first of those that they can come back to. */
function groupLoops(reach: readonly ReadonlySet<number>[]): ReadonlyMap<number, readonly number[]> {
  const loops = new Map<number, number[]>()
  for (const [position, ahead] of reach.entries()) {
    if (!ahead.has(position)) continue
    const head = [...loops.keys()].find((other) => ahead.has(other) && reach[other]?.has(position)) ?? position
    loops.set(head, [...(loops.get(head) ?? []), position])
  }
  return loops
}

type Walk = (
  start: readonly number[],
  goal: readonly number[],
  mustDiffer: boolean,
  isInside: (position: number) => boolean,
) => boolean

/**
 * Tells whether several readers of one text can go from the positions `start` to `goal` together; with `mustDiffer` only if
 * they part on the way. Out of steps counts as yes.
 */
function explore(
  { reads, next }: PatternGraph,
  start: readonly number[],
  goal: readonly number[],
  mustDiffer: boolean,
  isInside: (position: number) => boolean,
  maxSteps: number,
): { readonly isFound: boolean; readonly taken: number } {
  const wanted = `${goal.join()}|${mustDiffer}`
  const seen = new Set<string>()
  const open: { readonly at: readonly number[]; readonly differs: boolean }[] = [{ at: start, differs: false }]
  let taken = 0
  for (let state = open.pop(); state; state = open.pop()) {
    const { at } = state
    let moves: { readonly to: readonly number[]; readonly characters: bigint }[] = [{ to: [], characters: -1n }]
    for (const position of at) {
      const branched: typeof moves = []
      for (const { to, characters } of moves) {
        for (const target of next[position]?.keys() ?? []) {
          if (++taken > maxSteps) return { isFound: true, taken }
          const shared = characters & (reads[target] ?? 0n)
          if (shared !== 0n && isInside(target)) branched.push({ to: [...to, target], characters: shared })
        }
      }
      moves = branched
    }
    for (const { to } of moves) {
      const part = !isSame(at) || !isSame(to) || (next[at[0] ?? 0]?.get(to[0] ?? 0) ?? 0) > 1
      const differs = mustDiffer && (state.differs || part)
      const key = `${to.join()}|${differs}`
      if (key === wanted) return { isFound: true, taken }
      if (seen.has(key)) continue
      seen.add(key)
      open.push({ at: to, differs })
    }
  }
  return { isFound: false, taken }
}

function isSame(positions: readonly number[]): boolean {
  return positions.every((position) => position === positions[0])
}

function reachableFrom({ next }: PatternGraph, start: number): ReadonlySet<number> {
  const found = new Set<number>()
  const open = [start]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const target of next[at]?.keys() ?? []) {
      if (found.has(target)) continue
      found.add(target)
      open.push(target)
    }
  }
  return found
}
