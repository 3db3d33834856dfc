import { AuthorizationError, ToolError } from '../call/index.ts'
import type {
  AudioContent,
  EmbeddedResource,
  ImageContent,
  ResourceContents,
  ResourceLink,
  TextContent,
} from '../protocol/index.ts'

type Extra = Pick<TextContent, 'annotations' | '_meta'>

/** What a call turned out to take. */
interface Lacking {
  /** Out of the `scopes` of the server, all that are missing: a client asks for them once. */
  readonly scopes: readonly string[]
}

/**
 * An error for the model: it is shown the sentence and can do better. With `scopes` a refusal for lack of them, found out while
 * the handler ran: over HTTP a challenge, by which the client asks the person for more and calls again; where the answer has begun
 * already, and over stdio, a tool's result that names them in `_meta`.
 *
 * @example
 * throw fail('No note 7. Try search.')
 * @example
 * throw fail('Note 7 is shared. Changing it takes another permission.', { scopes: ['notes:share'] })
 * @see server/tools#error-handling, basic/authorization#runtime-insufficient-scope-errors
 */
export function fail(message: string): ToolError
export function fail(message: string, lacking: Lacking): AuthorizationError
export function fail(message: string, lacking?: Lacking): ToolError | AuthorizationError {
  return lacking === undefined
    ? new ToolError(message)
    : new AuthorizationError('insufficient_scope', message, lacking.scopes)
}

/**
 * A piece of text with annotations; a plain string is enough without.
 *
 * @example
 * run: () => text('Only for the model.', { annotations: { audience: ['assistant'] } })
 * @see server/tools#text-content
 */
export function text(value: string, extra: Extra = {}): TextContent {
  return { type: 'text', text: value, ...extra }
}

/**
 * A picture. Bytes are encoded here; a string is taken as Base64 already.
 *
 * @example
 * run: async () => image(await readFile('tide.png'), 'image/png')
 * @see server/tools#image-content
 */
export function image(data: Uint8Array | string, mimeType: string, extra: Extra = {}): ImageContent {
  return { type: 'image', data: toBase64(data), mimeType, ...extra }
}

/**
 * A sound. Bytes are encoded here; a string is taken as Base64 already.
 *
 * @example
 * run: async () => audio(await readFile('horn.wav'), 'audio/wav')
 * @see server/tools#audio-content
 */
export function audio(data: Uint8Array | string, mimeType: string, extra: Extra = {}): AudioContent {
  return { type: 'audio', data: toBase64(data), mimeType, ...extra }
}

/**
 * A pointer to a resource that the client may read.
 *
 * @example
 * run: ({ id }) => link(`notes://${id}`, id, { mimeType: 'text/markdown' })
 * @see server/tools#resource-links
 */
export function link(uri: string, name: string, extra: Omit<ResourceLink, 'type' | 'uri' | 'name'> = {}): ResourceLink {
  return { type: 'resource_link', uri, name, ...extra }
}

/**
 * A resource carried inside the answer.
 *
 * @example
 * run: ({ id }) => embed({ uri: `notes://${id}`, mimeType: 'text/plain', text: 'High tide at 7:40.' })
 * @see server/tools#embedded-resources
 */
export function embed(resource: ResourceContents, extra: Extra = {}): EmbeddedResource {
  const mimeType = 'text' in resource ? 'text/plain' : 'application/octet-stream'
  return { type: 'resource', resource: { mimeType, ...resource }, ...extra }
}

/** 32 KiB at a time, since `String.fromCharCode` takes its characters as arguments. */
const CHUNK = 0x8000

export function toBase64(data: Uint8Array | string): string {
  if (typeof data === 'string') return data
  let binary = ''
  for (let at = 0; at < data.length; at += CHUNK) binary += String.fromCharCode(...data.subarray(at, at + CHUNK))
  return btoa(binary)
}
