import { isObject } from '../../protocol/index.ts'
import { type Feature, hasFeature, isRevision, REVISIONS } from '../revisions.ts'

/** Versions that open with a handshake, newest first; the last of them was a draft of the first revision. */
export const OLD_VERSIONS: readonly string[] = [...REVISIONS.toReversed(), '2024-10-07']

const has = (version: string, feature: Feature): boolean => isRevision(version) && hasFeature(version, feature)

/** Whether the header `MCP-Protocol-Version` belongs to a revision. (2025-06-18 basic/transports#protocol-version-header) */
export const hasVersionHeader = (version: string): boolean => has(version, 'versionHeader')

/** Whether a server that completes arguments says so. (2025-03-26 changelog) */
export const declaresCompletions = (version: string): boolean => has(version, 'completionsCapability')

/** The first of the known revisions that a refusal lists as supported. */
export function findMutual(data: unknown, known: readonly string[]): string | undefined {
  const supported = isObject(data) ? data['supported'] : undefined
  return Array.isArray(supported) ? known.find((version) => supported.includes(version)) : undefined
}
