const STRING = /"(?:[^"\\]|\\.)*"/g

/** How many members all objects of a JSON value have together. */
const countMembers = (value: unknown): number => {
  let count = 0
  const open: unknown[] = [value]
  while (open.length > 0) {
    const next = open.pop()
    if (typeof next !== 'object' || next === null) continue
    const inside: unknown[] = Object.values(next)
    if (!Array.isArray(next)) count += inside.length
    open.push(...inside)
  }
  return count
}

/**
 * The JSON value in these bytes, or `undefined` when they are not valid UTF-8, not JSON, or name a member twice: then two
 * readers of the document could see two different clients.
 */
export function readJson(bytes: Uint8Array): unknown {
  let text: string
  let value: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  // Outside of strings each member has one colon, and nothing else has.
  const written = text.replace(STRING, '').split(':').length - 1
  return written === countMembers(value) ? value : undefined
}
