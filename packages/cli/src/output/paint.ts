import { styleText } from 'node:util'

/** Colours, or nothing where there are none. */
export interface Paint {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly green: (text: string) => string
  readonly yellow: (text: string) => string
  readonly cyan: (text: string) => string
}

type Format = keyof Paint

export function createPaint(isColored: boolean): Paint {
  const brush = (format: Format) => (text: string) =>
    isColored && text !== '' ? styleText(format, text, { validateStream: false }) : text
  return {
    bold: brush('bold'),
    dim: brush('dim'),
    red: brush('red'),
    green: brush('green'),
    yellow: brush('yellow'),
    cyan: brush('cyan'),
  }
}

/** Colours are for terminals that have them, unless the person said no by option or environment. (no-color.org) */
export function hasColors(stream: NodeJS.WriteStream, wanted: boolean | undefined): boolean {
  if (wanted !== undefined) return wanted
  return stream.isTTY && (process.env['NO_COLOR'] ?? '') === '' && stream.hasColors()
}
