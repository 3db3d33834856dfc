import type { CommandLine } from '../command-line/parse.ts'
import { usageFailure } from '../failure.ts'
import { refuseMore, takeTarget } from './target.ts'

/**
 * Takes the URL of a server from a command line: nobody signs in at a file or a program.
 *
 * @throws Failure when there is none, or more.
 */
export function takeUrl(command: string, { words, program }: Pick<CommandLine, 'words' | 'program'>): string {
  const { target, words: rest } = takeTarget(command, { words, program }, [])
  refuseMore(rest, program)
  if (target.kind === 'url') return target.url
  throw usageFailure(`${command} is for servers at a URL.`, `Write: hawser ${command} https://example.com/mcp`)
}
