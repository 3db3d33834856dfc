import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'

/** Keys as Node wants them: making one takes as long as using it. */
const keys = new WeakMap<Uint8Array, KeyObject>()

/** HMAC-SHA-256 in base64url. */
export function macAtOnce(key: Uint8Array, text: string): string {
  let made = keys.get(key)
  if (made === undefined) keys.set(key, (made = createSecretKey(key)))
  return createHmac('sha256', made).update(text).digest('base64url')
}
