import { structuredPatch } from 'diff'
import type { Output } from '../output/create-output.ts'
import { clean } from '../output/sanitize.ts'

/** Characters of a line of which a person sees at once what changed in it. */
const LONG = 200

/** Shows what changes in a file, with one line around it: the next ones may hold secrets of other servers. */
export function showDiff(path: string, before: string, after: string, { paint }: Pick<Output, 'paint'>): string {
  const { hunks } = structuredPatch(path, path, before, after, '', '', { context: 1 })
  const lines = hunks.flatMap(({ oldStart, lines: all }) => {
    // How a file ends is not said in lines of its own.
    const changed = all.filter((line) => !line.startsWith('\\'))
    return [
      paint.cyan(`line ${oldStart}`),
      ...changed.map((line, at) => {
        const other = line.startsWith('+') ? changed[at - 1] : changed[at + 1]
        const text = clean(shorten(line, other?.slice(1) ?? ''))
        return line.startsWith('+') ? paint.green(text) : line.startsWith('-') ? paint.red(text) : paint.dim(text)
      }),
    ]
  })
  return [paint.bold(clean(path)), ...lines].join('\n')
}

/** What a long line has in common with the one in whose place it comes is cut; what is new is shown whole, since it will be run. */
function shorten(line: string, other: string): string {
  if (line.length <= LONG || line.startsWith(' ')) return line.slice(0, LONG)
  const [sign, text] = [line.slice(0, 1), line.slice(1)]
  const most = Math.min(text.length, other.length)
  let start = 0
  while (start < most && text[start] === other[start]) start++
  let end = 0
  while (end < most - start && text.at(-1 - end) === other.at(-1 - end)) end++
  return `${sign}${start > 0 ? '…' : ''}${text.slice(start, text.length - end)}${end > 0 ? '…' : ''}`
}
