import { ProtocolError } from '../call/index.ts'

/** What a caller is told of an item that does not exist, and word for word the same of one that is hidden from them. */
export const unknownTool = (name: string): ProtocolError =>
  new ProtocolError('invalid_params', `Unknown tool: ${name.slice(0, 128)}`)

export const unknownPrompt = (name: string): ProtocolError =>
  new ProtocolError('invalid_params', `Unknown prompt: ${name.slice(0, 128)}`)

export const unknownTemplate = (uriTemplate: string): ProtocolError =>
  new ProtocolError('invalid_params', `Unknown resource template: ${uriTemplate.slice(0, 256)}`)

/** The URI is echoed so that the client can tell which of its reads failed. (server/resources#error-handling) */
export const unknownResource = (uri: string): ProtocolError =>
  new ProtocolError('invalid_params', 'Resource not found', { data: { uri: uri.slice(0, 2048) } })
