import { GitProblem } from './git-problem.ts'

const unitMs: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
  month: 30 * 86_400_000,
  year: 365 * 86_400_000,
}

/**
 * A time as people and models write it, in seconds since 1970. A bare day is UTC and counts whole: its first second for
 * `start`, its last for `end`. A month is 30 days, a year 365. git's own reading takes any nonsense for "now".
 *
 * ```ts
 * parseWhen('since', '2026-01-31', 'start', now)   // 1769817600
 * parseWhen('since', '2 weeks ago', 'start', now)
 * ```
 *
 * Throws `bad_argument`.
 */
export function parseWhen(name: string, text: string, edge: 'start' | 'end', now: Date): number {
  const trimmed = text.trim().toLowerCase()
  const day = bareDay(trimmed, now)
  if (day !== undefined) return instant(`${day}T${edge === 'start' ? '00:00:00' : '23:59:59'}Z`, name, text)
  const ago = /^(\d{1,4}) (minute|hour|day|week|month|year)s? ago$/.exec(trimmed)
  if (ago) return toSeconds(new Date(now.getTime() - Number(ago[1]) * (unitMs[ago[2] ?? ''] ?? 0)))
  if (/^\d{4}-\d{2}-\d{2}[t ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(z|[+-]\d{2}:?\d{2})?$/.test(trimmed)) {
    const iso = trimmed.replace(' ', 'T').toUpperCase()
    return instant(/(Z|[+-]\d{2}:?\d{2})$/.test(iso) ? iso : `${iso}Z`, name, text)
  }
  throw notATime(name, text)
}

function bareDay(text: string, now: Date): string | undefined {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return text
  if (text === 'today') return now.toISOString().slice(0, 10)
  if (text === 'yesterday') return new Date(now.getTime() - 86_400_000).toISOString().slice(0, 10)
  return undefined
}

function instant(iso: string, name: string, text: string): number {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) throw notATime(name, text)
  return toSeconds(date)
}

/** No commit is older than git's clock. */
const toSeconds = (date: Date): number => Math.max(0, Math.floor(date.getTime() / 1000))

function notATime(name: string, text: string): GitProblem {
  const shown = JSON.stringify(text.slice(0, 60).toWellFormed())
  const expected = 'a date such as 2026-01-31, a time such as 2026-01-31T09:00:00Z, or "2 weeks ago"'
  return new GitProblem('bad_argument', `Expected ${name} to be ${expected}, but got ${shown}.`)
}
