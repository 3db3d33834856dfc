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

const SECRET_KEY =
  /^(?:.*[-_.])?(?:authorization|cookie|set-cookie|credentials?|pass(?:word|wd|phrase|code)?|pwd|pin|otp|secret|bearer|(?:api|access|private|secret|signing|encryption)[-_]?key|apikey|token|jwt|session[-_]?id|client[-_]?secret|code[-_]?verifier)$|(?:password|passphrase|secret|token|credential|apikey|privatekey|accesskey|sessionid)s?$/i
/** Tokens of the protocol itself. */
const OPEN_KEY = /^(?:progressToken|maxTokens|nextCursor|cursor|requestState)$/i
/** Under these, numbers are counts. */
const COUNT_KEY = /tokens$/i
/** Under these, keys are names of fields and values describe them. */
const SCHEMA_KEY = /^(?:inputSchema|outputSchema|requestedSchema)$/

/** Values that are secret wherever they stand. Each pattern is linear. */
const SECRET_VALUES: readonly RegExp[] = [
  /\bbearer\s+[\w.~+/=-]{20,}/gi,
  /\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*/g,
  /\b(?:sk|pk|rk)[-_](?:live|test|ant|proj)?[-_]?[\w-]{16,}/g,
  /\b(?:gh[opsur]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abeprs]-[\w-]{10,}|npm_\w{20,}|AIza[\w-]{30,}|AKIA[0-9A-Z]{16})/g,
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\w\s+/=-]{0,16384}(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?/g,
]
/** What precedes a secret in text: in a URL, in JSON, in a header or in settings. */
const SECRET_IN_TEXT: readonly RegExp[] = [
  /(\b[a-z][a-z\d+.-]{1,20}:\/\/[^\s/:@]{0,256}:)[^\s/@]{1,512}(?=@)/gi,
  /([?&#](?:[\w-]{0,32}(?:token|secret|password|signature)|api[-_]?key|key|code|sig|auth)=)[^\s&#"']{1,4096}/gi,
  /("[\w-]{0,64}(?:password|passwd|passphrase|secret|token|api[-_]?key|private[-_]?key|access[-_]?key|authorization|cookie)"\s{0,8}:\s{0,8}")(?:[^"\\]|\\.)*(?=")/gi,
  /(\b[\w-]{0,64}(?:password|passwd|passphrase|secret|token|api[-_]?key|private[-_]?key|access[-_]?key|authorization)["']?\s{0,8}[=:]\s{0,8}["'])[^"'\n]{1,4096}/gi,
  /(\b[\w-]{0,64}(?:password|passwd|passphrase|secret|token|api[-_]?key|private[-_]?key|access[-_]?key|authorization)\s{0,8}[=:]\s{0,8}(?:(?:basic|bearer|token|digest|negotiate|apikey)\s{1,8})?)[^\s"',;}]{4,4096}/gi,
]

/** UTF-16 units of a key that is looked at: names of secrets are words. */
const MAX_KEY = 256

/** Deeper than anything that a transport lets through. */
const MAX_DEPTH = 256

/** Makes the function that takes secrets out before anything is written. */
export function createRedact({ secrets = [], secretKeys = [] }: RedactOptions = {}): Redact {
  // The longest first, since one may hold another.
  const known = secrets.filter((secret) => secret.length >= 4).toSorted((a, b) => b.length - a.length)
  const keys = new Set(secretKeys.map((key) => key.toLowerCase()))
  const isSecret = (key: string, item: unknown): boolean => {
    if (key.length > MAX_KEY) return false
    const isCount = typeof item === 'number' && COUNT_KEY.test(key)
    return keys.has(key.toLowerCase()) || (SECRET_KEY.test(key) && !OPEN_KEY.test(key) && !isCount)
  }

  const redactKnown = (text: string): string => known.reduce((left, secret) => left.replaceAll(secret, REDACTED), text)

  const redactText = (text: string): string => {
    let left = redactKnown(text)
    for (const pattern of SECRET_VALUES) left = left.replace(pattern, REDACTED)
    for (const pattern of SECRET_IN_TEXT) left = left.replace(pattern, `$1${REDACTED}`)
    return left
  }

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
