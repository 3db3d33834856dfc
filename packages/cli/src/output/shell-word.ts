/**
 * Text of strangers as one word of a command that people copy: in quotation marks, unless no shell reads anything into it.
 *
 * @example shellWord('notes:read') // 'notes:read'
 * @example shellWord('x; rm -r ~') // "'x; rm -r ~'"
 */
export function shellWord(text: string): string {
  return /^[\w:/.%@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
