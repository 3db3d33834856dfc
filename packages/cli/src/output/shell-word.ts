import process from 'node:process'

/** Characters that no shell reads anything into. */
const PLAIN = /^[\w:/.@+-]+$/
/** What `cmd` or PowerShell reads within quotation marks. */
const READ_IN_QUOTES = /["“”„`$%!\p{Cc}]|\\$/u

/**
 * Text of strangers as one word of a command that people copy: in quotation marks, unless no shell reads anything into it. On
 * Windows nobody knows for which shell; what one of them would read something into is left to the person, as `…`.
 *
 * @example shellWord('notes:read') // 'notes:read'
 * @example shellWord('x; rm -r ~') // "'x; rm -r ~'"
 */
export function shellWord(text: string, platform: string = process.platform): string {
  if (PLAIN.test(text)) return text
  if (platform === 'win32') return READ_IN_QUOTES.test(text) ? '…' : `"${text}"`
  return `'${text.replaceAll("'", "'\\''")}'`
}
