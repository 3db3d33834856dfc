import { usageFailure } from '../failure.ts'

/**
 * The files that a command is about, of which there must be one.
 *
 * @param line The command, such as `audit verify`.
 * @param options Shown behind FILE where there is none.
 * @throws Failure for none.
 */
export function takeFiles(
  line: string,
  [file, ...more]: readonly string[],
  options = '',
): readonly [string, ...string[]] {
  if (file === undefined) throw usageFailure(`${line} needs a FILE.`, `Write: hawser ${line} FILE${options}`)
  return [file, ...more]
}

/**
 * The one file that a command is about.
 *
 * @throws Failure for none, and for more than one.
 */
export function takeFile(line: string, words: readonly string[], options?: string): string {
  const [file, ...more] = takeFiles(line, words, options)
  if (more.length > 0) throw usageFailure(`Unexpected "${more[0]}".`)
  return file
}
