import type { Call } from '../call/index.ts'
import type { HeaderField } from '../protocol/index.ts'
import { encodeHeaderValue } from '../wire/header-value.ts'
import { ACCEPT } from './media-type.ts'
import type { HttpHeaders } from './message.ts'
import { headerText, readArgument } from './mirrored.ts'

/** The headers that repeat what the body of a call says. (streamable-http#request-metadata, #client-behavior) */
export function mirrorHeaders(
  call: Call,
  nameFields: ReadonlyMap<string, string>,
  headerFields: readonly HeaderField[],
): HttpHeaders {
  const params: Readonly<Record<string, unknown>> = { ...call.params }
  const headers: Record<string, string> = {
    accept: ACCEPT,
    'content-type': 'application/json',
    'mcp-protocol-version': call.protocolVersion,
    'mcp-method': call.method,
  }
  const name = headerText(params[nameFields.get(call.method) ?? ''])
  if (name !== undefined) headers['mcp-name'] = encodeHeaderValue(name)
  for (const field of headerFields) {
    const text = headerText(readArgument(params['arguments'], field.path))
    if (text !== undefined) headers[`mcp-param-${field.name.toLowerCase()}`] = encodeHeaderValue(text)
  }
  return headers
}
