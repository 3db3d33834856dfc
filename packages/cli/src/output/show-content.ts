import type { Client } from 'hawser'
import type { Output } from './create-output.ts'
import { clean, cleanLine, toJson } from './sanitize.ts'

export type ToolResult = Awaited<ReturnType<Client['call']>>
export type Block = ToolResult['content'][number]
export type Contents = Awaited<ReturnType<Client['read']>>['contents'][number]

/** What a tool returned, for a person: its data, or else its content. */
export function showToolResult({ content, structuredContent }: ToolResult, paint: Output['paint']): string {
  const blocks =
    structuredContent === undefined ? content : content.filter((block) => !repeats(block, structuredContent))
  const data = structuredContent === undefined ? [] : [toJson(structuredContent)]
  return [...data, ...blocks.map((block) => showBlock(block, paint))].join('\n')
}

/** Text content often holds the data once more, for clients that know no data. (server/tools#structured-content) */
function repeats(block: Block, data: unknown): boolean {
  if (block.type !== 'text') return false
  try {
    return JSON.stringify(JSON.parse(block.text)) === JSON.stringify(data)
  } catch {
    return false
  }
}

/** The text of a failed tool. */
export function textOf({ content }: ToolResult): string {
  return content.map((block) => (block.type === 'text' ? block.text : `[${block.type}]`)).join('\n')
}

/** One piece of content; what is no text is named. */
export function showBlock(block: Block, paint: Output['paint']): string {
  switch (block.type) {
    case 'text':
      return clean(block.text)
    case 'image':
    case 'audio':
      return paint.dim(`[${block.type}: ${cleanLine(block.mimeType)}, ${describeSize(block.data)}; --json prints it]`)
    case 'resource_link':
      return `${paint.cyan(cleanLine(block.uri))} ${paint.dim(cleanLine(block.title ?? block.name))}`
    case 'resource':
      return showContents(block.resource, paint)
    default:
      return paint.dim(`[${cleanLine(String((block as { readonly type?: unknown }).type))}; --json prints it]`)
  }
}

/** The contents of a resource, under its URI. */
export function showContents(contents: Contents, paint: Output['paint']): string {
  const { uri, mimeType } = contents
  const type = mimeType === undefined ? '' : ` ${paint.dim(cleanLine(mimeType))}`
  const body =
    'text' in contents
      ? clean(contents.text)
      : paint.dim(`[${describeSize(contents.blob)}; redirect the output to a file to keep them]`)
  return `${paint.cyan(cleanLine(uri))}${type}\n${body}`
}

/** The size of Base64 text in bytes. */
function describeSize(base64: string): string {
  const bytes = Math.floor((base64.replace(/=+$/, '').length * 3) / 4)
  if (bytes < 1000) return `${bytes} bytes`
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}
