import { isObject } from '../../protocol/index.ts'
import { findExcess } from '../../wire/depth.ts'
import { MAX_DEPTH, MAX_REPLY_VALUES, type Parsed, parseMessage } from '../../wire/json-rpc.ts'

/** Messages that one batch may hold. */
const MAX_BATCH = 1000

/**
 * Reads the messages of one text: one, or those of a batch, which revision 2025-03-26 allows. (2025-03-26 basic#batching)
 *
 * @example parseMessages('[{"jsonrpc":"2.0","id":1,"result":{}},{"jsonrpc":"2.0","id":2,"result":{}}]').length // 2
 */
export function parseMessages(text: string): readonly Parsed[] {
  const alone = (): readonly Parsed[] => [parseMessage(text, MAX_REPLY_VALUES)]
  if (!/^\s*\[/.test(text) || findExcess(text, MAX_DEPTH, MAX_REPLY_VALUES) !== undefined) return alone()
  const batch = parseArray(text)
  if (batch === undefined || batch.length > MAX_BATCH) return alone()
  return batch.filter(isObject).map((message) => parseMessage(JSON.stringify(message)))
}

function parseArray(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
