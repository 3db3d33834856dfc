/** How a text is laid out, so that what is added looks like the rest. */
export interface Layout {
  /** What ends its lines. */
  readonly eol: string
  /** One level of indentation. */
  readonly unit: string
}

export function readLayout(text: string): Layout {
  const [, unit = '  '] = /^([ \t]+)\S/m.exec(text) ?? []
  return { eol: text.includes('\r\n') ? '\r\n' : '\n', unit: unit.startsWith('\t') ? '\t' : unit.slice(0, 8) }
}

/** The white space at the beginning of the line in which `offset` is. */
export function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? ''
}
