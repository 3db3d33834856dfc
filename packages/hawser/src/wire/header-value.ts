const prefix = '=?base64?'
const suffix = '?='

const visibleText = /^[\t\x20-\x7e]*$/

const isWrapped = (text: string): boolean => text.startsWith(prefix) && text.endsWith(suffix)

/**
 * Writes any text as a header value: as it is where HTTP carries it unchanged, else as Base64 of its UTF-8. Text with lone
 * surrogates has no UTF-8 and does not come back.
 *
 * @example encodeHeaderValue('us-west1') // 'us-west1'
 * @example encodeHeaderValue(' padded ') // '=?base64?IHBhZGRlZCA=?='
 * @see basic/transports/streamable-http#value-encoding
 */
export function encodeHeaderValue(text: string): string {
  if (visibleText.test(text) && !/^[ \t]|[ \t]$/.test(text) && !isWrapped(text)) return text
  let binary = ''
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte)
  return prefix + btoa(binary) + suffix
}

/**
 * Reads what `encodeHeaderValue` writes; `undefined` when the value is malformed. Without the exact prefix or without the
 * suffix a value stands for itself.
 *
 * @example decodeHeaderValue('=?base64?SGVsbG8sIOS4lueVjA==?=') // 'Hello, 世界'
 * @example decodeHeaderValue('=?base64?SGVsbG8?=') // undefined: the padding is missing
 * @see basic/transports/streamable-http#value-encoding
 */
export function decodeHeaderValue(text: string): string | undefined {
  if (!visibleText.test(text)) return undefined
  if (!isWrapped(text)) return text
  if (text.length < prefix.length + suffix.length) return undefined
  const base64 = text.slice(prefix.length, -suffix.length)
  try {
    const binary = atob(base64)
    // atob forgives spaces, missing padding and stray bits; writing it again tells. (RFC 4648 §3.5)
    if (btoa(binary) !== base64) return undefined
    const bytes = Uint8Array.from(binary, (byte) => byte.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
