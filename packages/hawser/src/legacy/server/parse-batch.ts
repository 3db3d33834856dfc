import { findExcess } from '../../wire/depth.ts'
import { MAX_DEPTH, type Parsed, parseMessage } from '../../wire/json-rpc.ts'

/** Most messages of one batch. */
const MAX_MESSAGES = 100

/** The messages of an array, or nothing when the text is no array that can be read. (2025-03-26 basic#batching) */
export function parseBatch(text: string, maxValues: number): readonly Parsed[] | undefined {
  if (!/^\s*\[/.test(text) || findExcess(text, MAX_DEPTH, maxValues) !== undefined) return undefined
  let messages: unknown
  try {
    messages = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!Array.isArray(messages) || messages.length === 0 || messages.length > MAX_MESSAGES) return undefined
  return messages.map((message) => parseMessage(JSON.stringify(message)))
}
