/** Encodes all but the unreserved characters of RFC 3986 §2.3. A lone surrogate becomes U+FFFD. */
export function encodeUnreserved(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** Encodes all but unreserved and reserved characters and triplets that are there already: "U+R" of RFC 6570 §3.2.1. */
export function encodeReserved(text: string): string {
  // `encodeURI` encodes brackets, and the percent sign of a triplet once more.
  return encodeURI(text.toWellFormed()).replace(/%5[BD]|%25(?=[\da-f]{2})/gi, decodeURIComponent)
}
