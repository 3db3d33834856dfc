import { isObject } from '../protocol/index.ts'
import type { AuditEvent } from './event.ts'

/**
 * A line of a log as a record, as far as it is one: what a chain and a report need of it is there.
 *
 * @example for await (const line of source.lines()) console.log(readAuditEvent(line)?.type)
 */
export function readAuditEvent(line: string): AuditEvent | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isEvent(value) ? value : undefined
  } catch {
    return undefined
  }
}

const TEXTS = ['id', 'ts', 'type', 'tenant', 'hash', 'prevHash'] as const
const LISTS = ['required', 'granted', 'used'] as const

/** Whoever can write to a log can write anything, and what is shown of it is taken for what it says it is. */
function isEvent(value: unknown): value is AuditEvent {
  if (!isObject(value)) return false
  const { seq, scope, who, client, via, op, decision, outcome } = value
  const isSeq = typeof seq === 'number' && Number.isSafeInteger(seq) && seq > 0
  if (!isSeq || !hasTexts(value, TEXTS) || !isObject(scope) || !isObject(client)) return false
  const { missing = [], ...lists } = scope
  const { info } = client
  return (
    [...LISTS.map((name) => lists[name]), missing].every(isTexts) &&
    (info === undefined || (isObject(info) && hasTexts(info, ['name', 'version']))) &&
    isFlat(client, ['kind'], ['info']) &&
    isFlat(who, ['kind'], ['act']) &&
    isFlat(via, ['resource']) &&
    (op === undefined || isFlat(op, ['kind', 'name', 'risk'], ['argsRedacted', 'argBytes'])) &&
    (decision === undefined || isFlat(decision, ['effect', 'reason'])) &&
    (outcome === undefined ||
      (isFlat(outcome, ['status', 'decisionId'], ['ms', 'errorCode', 'resultBytes']) &&
        typeof outcome['ms'] === 'number'))
  )
}

const isText = (value: unknown): boolean => typeof value === 'string'
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText)
const hasTexts = (value: Readonly<Record<string, unknown>>, names: readonly string[]): boolean =>
  names.every((name) => isText(value[name]))

/** Whether these members are there, and all others but the named ones are texts. */
function isFlat(
  value: unknown,
  needed: readonly string[],
  others: readonly string[] = [],
): value is Readonly<Record<string, unknown>> {
  return (
    isObject(value) &&
    hasTexts(value, needed) &&
    Object.entries(value).every(([name, member]) => others.includes(name) || isText(member))
  )
}
