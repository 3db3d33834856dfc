import type { CheckedQuery } from './changes-query.ts'
import type { Commit } from './commits.ts'
import { touches, type ChangedFile } from './changed-files.ts'
import { clipLine } from './clip.ts'

const maxEach = 3

/**
 * What in a commit answers the question: lines of its message, its author, its files, its changed lines.
 * `path` is the one asked for, as it was called then.
 */
export function whyMatched(
  commit: Commit,
  files: readonly ChangedFile[],
  query: CheckedQuery,
  path: string,
  changedLines: readonly string[],
): readonly string[] {
  const words = query.words.map((word) => word.toLowerCase())
  const message = [commit.subject, ...commit.body.split('\n')].filter((line) => {
    const lower = line.toLowerCase()
    return words.some((word) => lower.includes(word))
  })
  const touched = path === '' ? [] : files.filter((file) => touches(file, path))
  return [
    ...message.slice(0, maxEach).map((line) => `message: ${clipLine(line.trim())}`),
    ...(query.author === undefined ? [] : [`author: ${commit.author} <${commit.email}>`]),
    ...touched.slice(0, maxEach).map(showFile),
    ...changedLines.map((line) => `line: ${line}`),
  ]
}

function showFile(file: ChangedFile): string {
  const from = file.from === undefined ? '' : ` from ${clipLine(file.from)}`
  return `path: ${clipLine(file.path)} ${file.change}${from}`
}
