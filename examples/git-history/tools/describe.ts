import type { ChangedFile } from '../git/changed-files.ts'
import { clipLine } from '../git/clip.ts'
import type { Commit } from '../git/commits.ts'
import type { Patch } from '../git/patch.ts'

/** Parts of the texts that the model reads: one fact a line, and nothing that is empty. */

/** Joins what there is to say. */
export function lines(...parts: readonly (string | false | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== false && part !== '').join('\n')
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`
}

export function day(iso: string): string {
  return iso.slice(0, 10)
}

/** A commit in full: who, when, why. */
export function describeCommit({ sha, subject, body, author, email, authoredAt, parents }: Commit): string {
  const indented = body === '' ? '' : `\n${body.replace(/^(?=.)/gm, '  ')}\n`
  return lines(
    `commit ${sha}`,
    `by ${author} <${email}>, ${authoredAt}`,
    parents.length > 1 && `merges ${parents.map((parent) => parent.slice(0, 10)).join(' and ')}`,
    `\n  ${subject}`,
    indented,
  )
}

/** The files of a change, at most `most`, with their counted lines. */
export function describeFiles(files: readonly ChangedFile[], fileCount: number, most = 40): string {
  const shown = files.slice(0, most).map(describeFile)
  return lines(...shown, fileCount > shown.length && `  … and ${count(fileCount - shown.length, 'more file')}`)
}

function describeFile({ path, from, change, additions, deletions, binary }: ChangedFile): string {
  const size = binary ? 'binary' : `+${additions ?? 0} -${deletions ?? 0}`
  return `  ${change} ${clipLine(path)}${from === undefined ? '' : ` (from ${clipLine(from)})`} ${size}`
}

export function describePatch({ text, hint }: Patch): string {
  return lines(text, hint)
}
