import type { CommandLine } from '../command-line/parse.ts'
import { usageFailure } from '../failure.ts'

/** A server to talk to, as it was named on the command line. */
export type Target =
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'program'; readonly file: string; readonly args: readonly string[] }

/** Most characters of a target that are shown. */
const NAME_LENGTH = 60

/** What a target is called where it asks something. */
export function nameTarget(target: Target): string {
  switch (target.kind) {
    case 'url':
      return new URL(target.url).host
    case 'program':
      return [target.file, ...target.args].join(' ').slice(0, NAME_LENGTH)
    case 'file':
      return target.file.slice(-NAME_LENGTH)
  }
}

/**
 * Takes the target from a command line: the program after `--`, or else the first word.
 *
 * @param names What the words after the target are, for the message when one is missing.
 * @throws Failure when there is no target, or fewer words than names.
 */
export function takeTarget(
  command: string,
  { words, program }: Pick<CommandLine, 'words' | 'program'>,
  names: readonly string[],
): { readonly target: Target; readonly words: readonly string[] } {
  const [first, ...others] = words
  const usage = `Write: hawser ${[command, 'TARGET', ...names].join(' ')}`
  const usageOfProgram = `   or: hawser ${[command, ...names].join(' ')} -- COMMAND [ARGS…]`
  if (program === undefined && first === undefined) {
    throw usageFailure(`${command} needs a TARGET: a file, a URL, or a command after --.`, usage, usageOfProgram)
  }
  const rest = program === undefined ? others : words
  const missing = names[rest.length]
  if (missing !== undefined) throw usageFailure(`${command} needs ${missing}.`, usage, usageOfProgram)
  return { target: program === undefined ? readTarget(first ?? '') : readProgram(program), words: rest }
}

/** @throws Failure for words that a command does not take. */
export function refuseMore(words: readonly string[], program: readonly string[] | undefined): void {
  const [word] = words
  if (word === undefined) return
  throw usageFailure(
    `Unexpected "${word}".`,
    ...(program === undefined ? [] : ['With a command after -- there is no other TARGET.']),
  )
}

function readProgram([file, ...args]: readonly string[]): Target {
  if (file === undefined || file === '')
    throw usageFailure('Nothing follows --.', 'Write the command that starts the server there: -- node server.js')
  return { kind: 'program', file, args }
}

function readTarget(word: string): Target {
  if (/^https?:\/\//i.test(word)) {
    const url = URL.parse(word)
    if (url === null) throw usageFailure(`Not a URL: ${word}`)
    if (url.username !== '' || url.password !== '') {
      throw usageFailure(
        'A URL with a user name or a password is not used.',
        "Send credentials in a header: --header 'Authorization: …'",
      )
    }
    return { kind: 'url', url: word }
  }
  if (/^[\w.-]+:\d+(?:\/|$)/.test(word))
    throw usageFailure(`Not a file: ${word}`, `Did you mean the URL http://${word}?`)
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(word)) throw usageFailure(`Only http and https URLs can be reached, not ${word}`)
  return { kind: 'file', file: word }
}
