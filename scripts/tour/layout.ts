import { clean } from '../../packages/cli/src/output/sanitize.ts'
import { widthOf, wrap } from '../../packages/cli/src/output/wrap.ts'

type Brush = (text: string) => string

/** A stretch of a line. Its text may come from strangers. */
export type Stretch = string | readonly [text: string, brush: Brush]

/** One line of an answer, cut where the terminal ends. */
export type Line = readonly Stretch[]

const oneLine = (text: string): string => clean(text).replaceAll('\t', '  ').replaceAll('\n', ' ')
const textOf = (stretch: Stretch): string => oneLine(typeof stretch === 'string' ? stretch : stretch[0])

/** Lays stretches out on one line of at most `width` columns. */
export function fit(line: Line, width: number): string {
  let room = width
  let laid = ''
  for (const stretch of line) {
    const shown = cut(textOf(stretch), room)
    laid += typeof stretch === 'string' ? shown : stretch[1](shown)
    room -= widthOf(shown)
  }
  return laid
}

/** Puts one end of a line to the left and the other to the right; the left one is cut if they do not fit. */
export function spread(left: Line, right: Stretch, width: number): string {
  const room = width - widthOf(textOf(right)) - 2
  const taken = Math.min(
    room,
    left.reduce((sum, stretch) => sum + widthOf(textOf(stretch)), 0),
  )
  return `${fit(left, room)}${' '.repeat(room - taken + 2)}${fit([right], width)}`
}

/** A text in lines, at most `most` of them. */
export function paragraph(text: string, width: number, most: number): readonly string[] {
  const lines = clean(text)
    .trim()
    .split('\n')
    .flatMap((line) => wrap(line.replaceAll('\t', '  '), width))
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), '…']
}

/** Exactly `width` columns. */
export function pad(text: string, width: number): string {
  const shown = cut(oneLine(text), width)
  return shown + ' '.repeat(width - widthOf(shown))
}

/** The beginning of a text, its indentation kept. */
function cut(text: string, width: number): string {
  if (width <= 0) return ''
  if (widthOf(text) <= width) return text
  let kept = ''
  for (const character of text) {
    if (widthOf(kept + character) >= width) break
    kept += character
  }
  return `${kept}…`
}
