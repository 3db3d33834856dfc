/** Wrong letters that still count as a slip, by the length of the word. */
const slips = (length: number): number => (length <= 3 ? 1 : length <= 7 ? 2 : 3)

/** Longer words are compared by their beginning. */
const MAX_CHARS = 64

/** The candidate that was probably meant. */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  const typed = fold(word)
  let best: { readonly candidate: string; readonly distance: number } | undefined
  for (const candidate of candidates) {
    const distance = editDistance(typed, fold(candidate))
    if (distance <= slips(typed.length) && (best === undefined || distance < best.distance))
      best = { candidate, distance }
  }
  return best?.candidate
}

/** A sentence that asks, or nothing. */
export function didYouMean(
  word: string,
  candidates: Iterable<string>,
  show = (name: string) => name,
): readonly string[] {
  const candidate = closest(word, candidates)
  return candidate === undefined ? [] : [`Did you mean ${show(candidate)}?`]
}

const fold = (word: string): string => word.slice(0, MAX_CHARS).toLowerCase().replaceAll('_', '-')

/** Insertions, deletions, replacements and swaps of neighbours. (optimal string alignment) */
function editDistance(a: string, b: string): number {
  let beforeLast: readonly number[] = []
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1)
      row.push(least)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}
