import { hideSecrets, isSecretName } from '../interceptors/secrets.ts'
import { isObject } from '../protocol/index.ts'

/** What stands where something secret stood. */
export const REDACTED = '(redacted)'

/** What is taken out beside what looks secret by itself. */
export interface RedactOptions {
  /** Secrets that are known, such as the token in use: taken out wherever they stand. */
  readonly secrets?: readonly string[] | undefined
  /** Keys whose values are secret, beside those that sound so. */
  readonly secretKeys?: readonly string[] | undefined
}

/** A copy without its secrets of what JSON can carry. */
export type Redact = (value: unknown) => unknown

/** A token of the protocol itself. */
const OPEN_KEY = 'progressToken'
/** Under these, keys are names of fields and values describe them. */
const SCHEMA_KEY = /^(?:inputSchema|outputSchema|requestedSchema)$/

/** Deeper than anything that a transport lets through. */
const MAX_DEPTH = 256

/** Makes the function that takes secrets out before anything is written. */
export function createRedact({ secrets = [], secretKeys = [] }: RedactOptions = {}): Redact {
  // The longest first, since one may hold another.
  const known = secrets.filter((secret) => secret.length >= 4).toSorted((a, b) => b.length - a.length)
  const keys = new Set(secretKeys.map((key) => key.toLowerCase()))
  const isSecret = (key: string, item: unknown): boolean =>
    keys.has(key.toLowerCase()) || (key !== OPEN_KEY && isSecretName(key, item))

  const redactKnown = (text: string): string => known.reduce((left, secret) => left.replaceAll(secret, REDACTED), text)

  const redactText = (text: string): string => hideSecrets(redactKnown(text), REDACTED)

  const walk = (value: unknown, isKeySecret: boolean, inSchema: boolean, depth: number): unknown => {
    if (depth > MAX_DEPTH) return REDACTED
    if (typeof value === 'string') return isKeySecret ? REDACTED : redactText(value)
    // A number may be a PIN; a boolean says no more than whether there is one.
    if (typeof value === 'number') return isKeySecret ? REDACTED : value
    if (Array.isArray(value)) return value.map((item) => walk(item, isKeySecret, inSchema, depth + 1))
    if (!isObject(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        const isSchema = inSchema || SCHEMA_KEY.test(key)
        return [redactKnown(key), walk(item, isKeySecret || (!isSchema && isSecret(key, item)), isSchema, depth + 1)]
      }),
    )
  }
  return (value) => walk(value, false, false, 0)
}
