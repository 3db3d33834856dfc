import { chainLink, GENESIS, placeRecord } from '../../audit/chain.ts'
import type { AuditHead } from '../../audit/index.ts'
import { sha256 } from '../../audit/keys.ts'
import type { AuditMessage } from './message.ts'
import type { Part } from './held-records.ts'

/** UTF-16 units after which a part ends: with one more message, and its heads, it has less than the 2 MB that a row may have. */
const PART = 300_000

/** Links the records of messages to the last of their tenants, one after the other. */
export async function linkMessages(
  messages: readonly AuditMessage[],
  headOf: (tenant: string) => AuditHead | undefined,
): Promise<readonly Part[]> {
  const parts: Part[] = []
  const ahead = new Map<string, AuditHead>()
  let [lines, length, heads] = [[] as string[], 0, new Map<string, AuditHead>()]
  const end = (): void => {
    if (lines.length > 0) parts.push({ lines: `${lines.join('\n')}\n`, heads })
    ;[lines, length, heads] = [[], 0, new Map()]
  }
  for (const { records } of messages) {
    for (const { tenant, text } of records) {
      const head = ahead.get(tenant) ?? headOf(tenant) ?? GENESIS
      const placed = placeRecord(text, head)
      const linked = chainLink(placed, head, await sha256(placed))
      ahead.set(tenant, linked.head)
      heads.set(tenant, linked.head)
      lines.push(linked.line)
      length += linked.line.length
    }
    if (length >= PART) end()
  }
  end()
  return parts
}
