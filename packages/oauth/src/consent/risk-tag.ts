import type { ScopeDescription } from '../resources.ts'

const RISKS: ReadonlyMap<string | undefined, string> = new Map([
  ['high', 'High risk'],
  ['critical', 'Critical'],
])

/** Marks a scope with which much can be done; nothing for others. */
export const riskTag = ({ risk }: ScopeDescription): string => {
  const words = RISKS.get(risk)
  return words === undefined ? '' : `<span class="tag risk">${words}</span>`
}
