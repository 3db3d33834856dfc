import { badReply, ToolError } from '../call/index.ts'
import type { CallToolResult, ContentBlock, ReadResourceResult } from '../protocol/index.ts'

/**
 * What a tool call comes to: data if the tool gives data, else its text.
 *
 * @throws ToolError when the tool failed.
 */
export function toOutput({ content, structuredContent, isError }: CallToolResult): unknown {
  if (isError === true) throw new ToolError(joinText(content))
  return structuredContent === undefined ? joinText(content) : structuredContent
}

function joinText(content: readonly ContentBlock[]): string {
  return content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n')
}

/**
 * The text or the bytes of a resource.
 *
 * @throws ConnectionError `bad_reply` when it has several parts or none, or bytes that are not Base64.
 */
export function toBody({ contents }: ReadResourceResult, uri: string): string | Uint8Array {
  const [first, ...rest] = contents
  if (first === undefined || rest.length > 0) {
    throw badReply(`${uri} has ${contents.length} parts. client.read(uri) gives all of them.`)
  }
  if ('text' in first) return first.text
  try {
    return Uint8Array.from(atob(first.blob), (character) => character.charCodeAt(0))
  } catch (cause) {
    throw badReply(`${uri} came with bytes that are not Base64.`, cause)
  }
}

/** Variables and prompt arguments travel as text, JSON if they are not text; what is left out is not sent. */
export function toStrings(values: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === 'string' ? value : JSON.stringify(value)]],
    ),
  )
}
