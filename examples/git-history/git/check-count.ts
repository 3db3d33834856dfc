import { GitProblem } from './git-problem.ts'

/** A whole number from `min` to `max`, or the fallback. Throws `bad_argument`. */
export function checkCount(name: string, value: number | undefined, fallback: number, max: number, min = 1): number {
  if (value === undefined) return fallback
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw new GitProblem('bad_argument', `Expected ${name} to be a whole number from ${min} to ${max}, but got ${value}.`)
}

/** One line of text to look for. Throws `bad_argument`. */
export function checkText(name: string, value: string, max = 200): string {
  if (value !== '' && value.length <= max && value.isWellFormed() && !/[^\P{Cc}\t]/u.test(value)) return value
  throw new GitProblem(
    'bad_argument',
    `Expected ${name} to be one line of 1 to ${max} characters. Shorten it or leave it out.`,
  )
}
