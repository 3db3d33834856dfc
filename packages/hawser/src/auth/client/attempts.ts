/** How often something was tried, by what it was. */
export interface Attempts {
  /** Counts one more, unless there were too many. */
  readonly take: (what: string, most: number) => boolean
}

const WINDOW = 10 * 60_000
const MAX_KINDS = 256

/** Counts over the last ten minutes. When there are more kinds than can be held, none is tried. (basic/authorization#step-up-authorization-flow) */
export function countAttempts(now: () => number = Date.now): Attempts {
  const times = new Map<string, number[]>()
  return {
    take: (what, most) => {
      const present = now()
      // What lies ahead was counted by a clock that has been put back.
      const isRecent = (time: number): boolean => time > present - WINDOW && time <= present
      for (const [kind, each] of times) if (!isRecent(each.at(-1) ?? 0)) times.delete(kind)
      const recent = (times.get(what) ?? []).filter(isRecent)
      if (recent.length >= most || (recent.length === 0 && times.size >= MAX_KINDS)) return false
      times.set(what, [...recent, present])
      return true
    },
  }
}
