import { checkText } from './check-count.ts'
import { GitProblem } from './git-problem.ts'
import { parseWhen } from './parse-when.ts'
import { checkPath } from './safe-path.ts'
import { checkRef } from './safe-ref.ts'

/** A change must fit everything that is given. */
export interface ChangesQuery {
  /** Words of the message, each of which must occur, upper and lower case alike. "Quotes" keep words together. */
  readonly words?: string
  /** Text that the change adds or removes, upper and lower case alike. One line, taken literally. */
  readonly changedText?: string
  /** Take every change of a line with `changedText`, even where it only moves or stays. */
  readonly everyMention?: boolean
  /** Part of the author's name or address. */
  readonly author?: string
  /** A file, followed through renames, or a directory. */
  readonly path?: string
  /** `2026-01-31`, `2026-01-31T09:00:00Z` or `2 weeks ago`. Both ends are included. */
  readonly since?: string
  readonly until?: string
  /** Where to start. Default HEAD. */
  readonly ref?: string
  /** Leave out what this point already has. */
  readonly notIn?: string
  /** 1 to 100. Default 20. */
  readonly limit?: number
  readonly cursor?: string
}

export interface CheckedQuery {
  readonly ref: string
  readonly notIn?: string
  /** `''` is everything. */
  readonly path: string
  readonly words: readonly string[]
  readonly author?: string
  readonly changedText?: string
  /** Options of `git log`, each with its value joined on. */
  readonly filters: readonly string[]
  /** The one of them that looks into diffs. */
  readonly pickaxe?: string
}

const maxWords = 10

/** Turns the question into options that can only mean what they say. Throws `unsafe_ref`, `unsafe_path`, `bad_argument`. */
export function checkChanges(query: ChangesQuery, now: Date): CheckedQuery {
  const words = query.words === undefined ? [] : splitWords(checkText('words', query.words, 500))
  const author = query.author === undefined ? undefined : checkText('author', query.author)
  const changedText = query.changedText === undefined ? undefined : checkText('changedText', query.changedText)
  const pickaxe = changedText === undefined ? undefined : pickaxeFor(changedText, query.everyMention === true)
  const filters = ['--fixed-strings', '--regexp-ignore-case', '--all-match', ...words.map((word) => `--grep=${word}`)]
  if (author !== undefined) filters.push(`--author=${author}`)
  // In seconds: git takes a year before 1970 or after 2099 for no time at all.
  if (query.since !== undefined) filters.push(`--since=@${parseWhen('since', query.since, 'start', now)} +0000`)
  if (query.until !== undefined) filters.push(`--until=@${parseWhen('until', query.until, 'end', now)} +0000`)
  if (pickaxe !== undefined) filters.push(pickaxe)
  return {
    ref: checkRef(query.ref ?? 'HEAD'),
    ...(query.notIn !== undefined && { notIn: checkRef(query.notIn) }),
    path: checkPath(query.path ?? ''),
    words,
    ...(author !== undefined && { author }),
    ...(changedText !== undefined && { changedText }),
    filters,
    ...(pickaxe !== undefined && { pickaxe }),
  }
}

/** -S takes its text literally; -G takes a regular expression. */
function pickaxeFor(text: string, everyMention: boolean): string {
  return everyMention ? `-G${text.replace(/[.*+?^$(){|[\\]/g, '\\$&')}` : `-S${text}`
}

function splitWords(text: string): readonly string[] {
  const words = [...text.matchAll(/"([^"]+)"|([^\s"]+)/g)].map((match) => match[1] ?? match[2] ?? '')
  if (words.length > 0 && words.length <= maxWords) return words
  throw new GitProblem(
    'bad_argument',
    `Expected 1 to ${maxWords} words, but got ${words.length}. Keep the words that matter most.`,
  )
}
