import { isObject } from '../../protocol/index.ts'

/** Revisions that open with a handshake, newest first. */
export const OLD_VERSIONS: readonly string[] = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05', '2024-10-07']

/** Whether the header `MCP-Protocol-Version` belongs to a revision. (2025-06-18 basic/transports#protocol-version-header) */
export const hasVersionHeader = (version: string): boolean => version >= '2025-06-18'

/** Whether a server that completes arguments says so. (2025-03-26 changelog) */
export const declaresCompletions = (version: string): boolean => version >= '2025-03-26'

/** The first of the known revisions that a refusal lists as supported. */
export function findMutual(data: unknown, known: readonly string[]): string | undefined {
  const supported = isObject(data) ? data['supported'] : undefined
  return Array.isArray(supported) ? known.find((version) => supported.includes(version)) : undefined
}
