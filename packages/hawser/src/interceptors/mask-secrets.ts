import { isObject } from '../protocol/index.ts'
import { hideSecrets, isSecretName } from './secrets.ts'

/** Stands where a secret was. */
const MASKED = '(masked)'

/** Characters of a text that are looked through and, of those, shown. */
const READ = 4096
const SHOWN = 256

/** Items and members that are shown of each list and object, and how deep. */
const MAX_ITEMS = 50
const MAX_DEPTH = 8

/**
 * Makes a copy of a value that can be written down: what is called like a secret or looks like one is masked, and long
 * texts, long lists and deep objects are cut. It errs on the side of masking, and cannot know a secret that looks like any
 * other word.
 *
 * @example maskSecrets({ user: 'ada', apiKey: 'k-123' }) // { user: 'ada', apiKey: '(masked)' }
 */
export function maskSecrets(value: unknown): unknown {
  return mask(value, 0)
}

function mask(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return maskText(value)
  if (typeof value === 'bigint') return `${value}`
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? undefined : value
  if (depth >= MAX_DEPTH) return '…'
  if (Array.isArray(value)) {
    const items = value.slice(0, MAX_ITEMS).map((item: unknown) => mask(item, depth + 1))
    return value.length > MAX_ITEMS ? [...items, `… ${value.length - MAX_ITEMS} more`] : items
  }
  if (!isObject(value)) return undefined
  const names = Object.keys(value)
  const shown = names
    .slice(0, MAX_ITEMS)
    .map((name) => [clip(name), isSecretName(name, value[name]) ? MASKED : mask(value[name], depth + 1)] as const)
  // A name such as __proto__ becomes an own property this way.
  return Object.fromEntries(
    names.length > MAX_ITEMS ? [...shown, ['…', `${names.length - MAX_ITEMS} more`] as const] : shown,
  )
}

/** Masks what looks like a secret in a text and cuts it to 256 characters. */
export function maskText(text: string): string {
  return clip(hideSecrets(text.slice(0, READ), MASKED))
}

function clip(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text
}
