import { widthOf, wrap } from './wrap.ts'

/** Text that starts on a line of its own; it holds no control characters. */
export interface Piece {
  readonly text: string
  readonly paint?: (line: string) => string
}

export type Cell = readonly Piece[]
export type Row = readonly Cell[]

const INDENT = 2
const GAP = 2
/** Share of the width that a column before the last may take. */
const MOST_OF_A_COLUMN = 0.36
/** Below this many columns the last one is put under the others. */
const READABLE = 24

interface Line {
  readonly text: string
  readonly paint: (line: string) => string
}

/** Lays rows out in columns that fit `width`; the last column takes what is left and wraps. */
export function renderTable(rows: readonly Row[], width: number): string {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const most = Math.max(8, Math.floor(width * MOST_OF_A_COLUMN))
  const widths = Array.from({ length: columns - 1 }, (_, column) =>
    Math.min(most, Math.max(0, ...rows.flatMap((row) => (row[column] ?? []).map(({ text }) => widthOf(text))))),
  )
  const before = INDENT + widths.reduce((sum, each) => sum + (each === 0 ? 0 : each + GAP), 0)
  const isStacked = width - before < READABLE
  return rows
    .map((row) => {
      const head = row.slice(0, columns - 1).map((cell, i) => breakLines(cell, widths[i] ?? 0))
      const last = row[columns - 1] ?? []
      if (!isStacked) return join([...head, breakLines(last, width - before)], [...widths, 0])
      return [join(head, widths), join([breakLines(last, width - INDENT * 2)], [0], INDENT * 2)]
        .filter((part) => part !== '')
        .join('\n')
    })
    .join('\n')
}

function breakLines(cell: Cell, width: number): readonly Line[] {
  return cell
    .filter(({ text }) => text !== '')
    .flatMap(({ text, paint = (line: string) => line }) => wrap(text, width).map((line) => ({ text: line, paint })))
}

function join(cells: readonly (readonly Line[])[], widths: readonly number[], indent = INDENT): string {
  const height = Math.max(0, ...cells.map((lines) => lines.length))
  return Array.from({ length: height }, (_, i) => {
    let line = ''
    let due = indent
    cells.forEach((lines, column) => {
      const width = widths[column] ?? 0
      const piece = lines[i]
      if (piece !== undefined) {
        line += ' '.repeat(due) + piece.paint(piece.text)
        due = 0
      }
      const isLast = column === cells.length - 1
      if (!isLast && width > 0) due += width + GAP - (piece === undefined ? 0 : widthOf(piece.text))
    })
    return line
  }).join('\n')
}
