import { clipLine } from './clip.ts'
import { GitProblem } from './git-problem.ts'

/**
 * A path inside the repository, without leading `./` and trailing `/`; the root is `''`. Refuses whatever could be read
 * as an option or pathspec magic, or could lead out.
 *
 * ```ts
 * checkPath('./src/')       // 'src'
 * checkPath('../secrets')   // throws GitProblem unsafe_path
 * ```
 */
export function checkPath(path: string): string {
  const trimmed = path.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '')
  if (trimmed === '.' || (trimmed === '' && !path.startsWith('/'))) return ''
  const refused = reasonToRefuse(path, trimmed)
  if (refused === undefined) return trimmed
  const shown = JSON.stringify(clipLine(path.toWellFormed(), 80))
  throw new GitProblem(
    'unsafe_path',
    `Expected a path from the top of the repository, such as src/index.ts, but ${shown} ${refused}.`,
  )
}

function reasonToRefuse(path: string, trimmed: string): string | undefined {
  if (path.length > 4096) return 'is longer than 4096 characters'
  if (!path.isWellFormed() || /\p{Cc}/u.test(path)) return 'holds a control character'
  if (path.startsWith('-')) return 'starts like an option'
  if (path.startsWith(':')) return 'starts with a colon'
  if (/^[/\\]|^[A-Za-z]:[/\\]/.test(path)) return 'is absolute'
  const steps = trimmed.split(/[/\\]/)
  if (steps.includes('..')) return 'leads upwards'
  if (steps.includes('.') || steps.includes('')) return 'has an empty step'
  return undefined
}
