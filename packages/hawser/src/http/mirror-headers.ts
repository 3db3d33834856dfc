import { type Call, NAME_FIELD } from '../call/index.ts'
import type { HeaderField } from '../protocol/index.ts'
import { encodeHeaderValue } from '../wire/header-value.ts'
import { ACCEPT } from './media-type.ts'
import type { HttpHeaders } from './message.ts'
import { headerText, readArgument } from './mirrored.ts'

/** The headers that repeat what the body of a call says, over those that every request has. (streamable-http#request-metadata, #client-behavior) */
export function mirrorHeaders(
  call: Call,
  nameFields: ReadonlyMap<string, string>,
  headerFields: readonly HeaderField[],
  own?: HttpHeaders,
): HttpHeaders {
  const { method, protocolVersion } = call
  const params: Readonly<Record<string, unknown>> = { ...call.params }
  const headers: Record<string, string> = {
    ...own,
    accept: ACCEPT,
    'content-type': 'application/json',
    'mcp-protocol-version': protocolVersion,
    'mcp-method': method,
  }
  const mirror = (name: string, value: unknown): void => {
    const text = headerText(value)
    if (text !== undefined) headers[`mcp-${name}`.toLowerCase()] = encodeHeaderValue(text)
  }
  mirror('name', params[nameFields.get(method) ?? call.values.get(NAME_FIELD) ?? ''])
  for (const { name, path } of headerFields) mirror(`param-${name}`, readArgument(params['arguments'], path))
  return headers
}
