import { DefinitionError } from '../call/index.ts'
import { type Extensions, isExtensionId } from '../protocol/index.ts'

/** The options of a server that can be wrong whatever its parts are. */
interface Options {
  readonly name: string
  readonly version: string
  readonly extensions?: Extensions | undefined
  readonly timeout?: number | undefined
  readonly askExpiry?: number | undefined
  readonly pageSize?: number | undefined
}

/**
 * Checks the options of a server.
 *
 * @throws DefinitionError `missing-identity`, `bad-extension` or `bad-number`.
 */
export function checkOptions({ name, version, extensions, timeout, askExpiry, pageSize }: Options): void {
  for (const [field, value] of Object.entries({ name, version })) {
    if (typeof value === 'string' && value !== '') continue
    const message = `mcp({ … }) needs a ${field}; it has ${JSON.stringify(value)}. Clients show it to people.`
    throw new DefinitionError('missing-identity', message)
  }
  checkExtensions(extensions)
  for (const [field, value] of Object.entries({ timeout, askExpiry, pageSize }))
    checkPositive('mcp({ … })', field, value)
  if (pageSize !== Infinity && !Number.isInteger(pageSize ?? 1))
    throw badNumber('mcp({ … })', 'pageSize', pageSize, ' whole')
}

/** (basic/versioning#extension-negotiation) */
function checkExtensions(extensions: Extensions = {}): void {
  const wrong = Object.keys(extensions).find((id) => !isExtensionId(id))
  if (wrong !== undefined) {
    throw new DefinitionError(
      'bad-extension',
      `The extension "${wrong}" needs an identifier such as "com.example/${wrong.replaceAll(/\W/g, '') || 'name'}".`,
    )
  }
}

/**
 * Clients are told of an extension once, and its methods have one answer.
 *
 * @throws DefinitionError `duplicate-extension`.
 */
export function checkUsed(ids: readonly string[]): void {
  const twice = ids.find((id, at) => ids.indexOf(id) !== at)
  if (twice === undefined) return
  throw new DefinitionError(
    'duplicate-extension',
    `The extension "${twice}" stands in \`use\` twice. Make one of the two.`,
  )
}

/** Timers take what is no number for no time at all. */
export function checkPositive(where: string, field: string, value: unknown): void {
  if (value !== undefined && !(typeof value === 'number' && value > 0)) throw badNumber(where, field, value)
}

function badNumber(where: string, field: string, value: unknown, kind = ''): DefinitionError {
  const got = typeof value === 'number' ? String(value) : JSON.stringify(value)
  return new DefinitionError('bad-number', `${where}: ${field} must be a${kind} number above 0; it is ${got}.`)
}
