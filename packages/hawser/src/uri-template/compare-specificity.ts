import type { UriTemplate } from './template.ts'

/**
 * Orders templates for `sort`, the most specific first: the longest literal start, then the most literal text, then none
 * that may hold `/`, then the fewest variables. The text breaks ties, so the order is total.
 *
 * ```ts
 * ['notes://{id}', 'notes://pinned/{id}'].map(parseTemplate).sort(compareSpecificity) // the pinned one first
 * ```
 */
export function compareSpecificity(a: UriTemplate, b: UriTemplate): number {
  const difference = a.pattern?.rank.map((rank, index) => (b.pattern?.rank[index] ?? 0) - rank).find(Boolean)
  return difference ?? (a.text < b.text ? -1 : Number(a.text > b.text))
}
