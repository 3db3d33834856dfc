import { ProtocolError } from '../call/index.ts'
import type { HeaderField } from '../protocol/index.ts'
import { decodeHeaderValue } from '../wire/header-value.ts'
import type { ParsedNotification } from '../wire/json-rpc.ts'
import { checkVersion, describedVersion } from '../wire/request.ts'
import type { HttpRequest } from './message.ts'
import { headerText, readArgument } from './mirrored.ts'

type Fields = Readonly<Record<string, unknown>>

function mismatch(header: string, problem: string): ProtocolError {
  return new ProtocolError('header_mismatch', `Header mismatch: ${header} ${problem}.`)
}

/**
 * Refuses a request whose `MCP-Protocol-Version` is not the version in its body. (streamable-http#protocol-version-header)
 *
 * @throws ProtocolError `header_mismatch`.
 */
export function checkVersionHeader(request: HttpRequest, version: string): void {
  const header = request.header('mcp-protocol-version')
  if (header === version) return
  throw mismatch(
    'MCP-Protocol-Version',
    header === undefined ? 'is missing' : 'must equal the protocolVersion in params._meta',
  )
}

/**
 * Refuses a notification without the headers that every message has. Its body need not name a version, so the header
 * alone says which it is. (streamable-http#protocol-version-header)
 *
 * @throws ProtocolError `header_mismatch`, `unsupported_version`.
 */
export function checkNotificationHeaders(
  request: HttpRequest,
  { method, params }: ParsedNotification,
  nameFields: ReadonlyMap<string, string>,
): void {
  const version = request.header('mcp-protocol-version')
  checkVersionHeader(request, describedVersion(params) ?? version ?? '')
  checkVersion(version ?? '')
  checkStandardHeaders(request, method, params, nameFields)
}

/**
 * Refuses a request whose `Mcp-Method` or `Mcp-Name` is not what its body says, so that whoever routes by the headers
 * and whoever answers the body mean the same call. (streamable-http#server-validation)
 *
 * @throws ProtocolError `header_mismatch`.
 */
export function checkStandardHeaders(
  request: HttpRequest,
  method: string,
  params: Fields,
  nameFields: ReadonlyMap<string, string>,
): void {
  const header = request.header('mcp-method')
  if (header !== method) throw mismatch('Mcp-Method', header === undefined ? 'is missing' : 'must equal the method')
  const field = nameFields.get(method)
  if (field === undefined) return
  const name = request.header('mcp-name')
  if (name === undefined) throw mismatch('Mcp-Name', 'is missing')
  const decoded = decodeHeaderValue(name)
  if (decoded === undefined) throw mismatch('Mcp-Name', 'is not visible ASCII or valid Base64')
  if (decoded !== params[field]) throw mismatch('Mcp-Name', `must equal params.${field}`)
}

/**
 * Refuses a tool call whose `Mcp-Param-*` headers are not the arguments they mirror. Headers that the tool does not
 * define are ignored. (streamable-http#server-behavior-for-custom-headers)
 *
 * @throws ProtocolError `header_mismatch`.
 */
export function checkParamHeaders(request: HttpRequest, args: unknown, fields: readonly HeaderField[]): void {
  for (const { name, path, type } of fields) {
    const label = `Mcp-Param-${name}`
    const header = request.header(label.toLowerCase())
    const value = readArgument(args, path)
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw mismatch(label, 'mirrors more than 53 bits')
    const expected = headerText(value)
    if (expected === undefined) {
      if (header !== undefined) throw mismatch(label, `has no value at arguments.${path.join('.')} to mirror`)
      continue
    }
    if (header === undefined) throw mismatch(label, 'is missing')
    const decoded = decodeHeaderValue(header)
    if (decoded === undefined) throw mismatch(label, 'is not visible ASCII or valid Base64')
    if (decoded !== expected && !(type === 'integer' && isSameInteger(decoded, value))) {
      throw mismatch(label, `must equal arguments.${path.join('.')}`)
    }
  }
}

/** `42.0` is `42`. The bounds keep rounding from making different numbers equal. (streamable-http#server-validation) */
function isSameInteger(text: string, value: unknown): boolean {
  return Number.isSafeInteger(value) && /^-?\d{1,16}(?:\.0{1,16})?$/.test(text) && Number(text) === value
}
