/** Both kinds of answer, as clients list them. (streamable-http#sending-messages) */
export const ACCEPT = 'application/json, text/event-stream'

/** The type and subtype of a `Content-Type`, without its parameters. (RFC 9110 §8.3) */
export function mediaType(contentType: string | null | undefined): string {
  return (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase()
}

/** Tells whether a body is declared to be JSON in UTF-8. */
export function isJson(contentType: string | undefined): boolean {
  if (contentType === 'application/json') return true
  if (mediaType(contentType) !== 'application/json') return false
  return contentType!
    .split(';')
    .slice(1)
    .map((parameter) => parameter.toLowerCase().replace(/[\s"]/g, ''))
    .every((parameter) => !parameter.startsWith('charset=') || parameter === 'charset=utf-8')
}

/** Tells whether a caller takes both kinds of answer; one without the header takes anything. (RFC 9110 §12.5.1) */
export function acceptsAnswers(accept: string | undefined): boolean {
  if (accept === undefined || accept === ACCEPT) return true
  const ranges = accept.toLowerCase().split(',').map(readRange)
  return admits(ranges, 'application', 'json') && admits(ranges, 'text', 'event-stream')
}

interface MediaRange {
  readonly range: string
  readonly refused: boolean
}

function readRange(text: string): MediaRange {
  const [range, ...parameters] = text.split(';').map((part) => part.trim())
  return { range: range!, refused: parameters.some((parameter) => /^q\s*=\s*0(?:\.0*)?$/.test(parameter)) }
}

/** The most specific range that fits decides. */
function admits(ranges: readonly MediaRange[], type: string, subtype: string): boolean {
  for (const wanted of [`${type}/${subtype}`, `${type}/*`, '*/*']) {
    const fitting = ranges.filter(({ range }) => range === wanted)
    if (fitting.length > 0) return fitting.some(({ refused }) => !refused)
  }
  return false
}
