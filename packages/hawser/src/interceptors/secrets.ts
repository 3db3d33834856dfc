/** What names of secrets say, in lower case and without separators: `apiKey`, `API_KEY` and `x-api-key` are one. */
const SECRET_NAME =
  /pass(?:word|phrase|wd|code)s?$|(?<!by|com|sur|tres)pass$|pwd$|secret(?!ar)|tokens?$|jwt$|apikey|auth(?:orization|header)?$|cookie|credential|(?:private|access|signing|encryption)key|sessionid|signature|codeverifier$|cardnumber/

/** Too short to be looked for within words: a `spin` is none. */
const SECRET_WORDS: ReadonlySet<string> = new Set(['pin', 'otp', 'cvc', 'cvv', 'ssn', 'bearer'])

/** UTF-16 units of a name that are looked at: what something is stands at the end. */
const MAX_NAME = 256

/**
 * Whether what has this name is secret. It errs on that side; only numbers of tokens are counts.
 *
 * @example isSecretName('x-api-key', 'k-123') // true
 */
export function isSecretName(name: string, value: unknown): boolean {
  const words = name
    .slice(-MAX_NAME)
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/\d+$/, '')
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '')
  const joined = words.join('')
  if (typeof value === 'number' && joined.endsWith('tokens')) return false
  return SECRET_NAME.test(joined) || SECRET_WORDS.has(words.at(-1) ?? '')
}

/** Names that announce a secret in a text, or their ends. */
const NAME = String.raw`(?:pass(?:word|wd|phrase|code)|pwd|secret|token|(?:api|private|access|signing|encryption)[-_]?key|authorization|cookie|signature)`
/** Behind such a name: whether it is that of a parameter in a URL, which ends where the next one begins. */
const IN_QUERY = String.raw`[?&#][\w-]{0,64}`

/** What is secret wherever it stands, behind what stays. Each takes linear time, whatever the text. */
const SECRET_TEXTS: readonly RegExp[] = [
  /(\bbearer\s+)[\w.~+/=-]{8,}/gi,
  // Plain words follow these in sentences, too.
  /(\b(?:[Bb]asic|BASIC|[Tt]oken|TOKEN)\s+)(?=[\w.~+/=-]*(?:[\d~+=]|[a-z][A-Z]|[A-Z]{2}))[\w.~+/=-]{8,}/g,
  // A JSON Web Token, looked for once in each run of its letters.
  /(?<![\w-])(?=[\w-]{11,}\.[\w-]+\.)([\w-]*?\b)eyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g,
  /()\b(?:sk|pk|rk)[-_][\w-]{12,}/g,
  /()\b(?:gh[opsur]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[abeprs]-[\w-]{8,}|npm_\w{20,}|AIza[\w-]{30,}|AKIA[0-9A-Z]{16})/g,
  /()-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g,
  // In a URL, as its user's password or as a parameter.
  /(:\/\/[^\s/:@]{0,256}:)[^\s/@]{1,512}(?=@)/g,
  new RegExp(String.raw`(${NAME}(?<=${IN_QUERY})=|[?&#](?:[\w-]{0,32}key|sig|code|auth)=)[^\s&#"]+`, 'gi'),
  // In JSON, in code, in headers and settings.
  new RegExp(String.raw`(${NAME}"\s{0,8}:\s{0,8}")(?:[^"\\]|\\.)*(?=")`, 'gi'),
  new RegExp(String.raw`(${NAME}["']?\s{0,8}[=:]\s{0,8}["'])[^"'\n]+`, 'gi'),
  new RegExp(
    String.raw`(${NAME}(?<!${IN_QUERY})\s{0,8}[=:]\s{0,8}(?:(?:basic|bearer|token|digest|negotiate|apikey)\s{1,8})?)[^\s"',;}]{4,}`,
    'gi',
  ),
]

/**
 * Puts a mark in the place of what looks like a secret in a text. It cannot know one that looks like any other word.
 *
 * @example hideSecrets('postgres://ada:tide@db', '(masked)') // 'postgres://ada:(masked)@db'
 */
export function hideSecrets(text: string, mark: string): string {
  return SECRET_TEXTS.reduce((left, secret) => left.replaceAll(secret, `$1${mark}`), text)
}
