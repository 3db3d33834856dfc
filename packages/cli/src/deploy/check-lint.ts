import { bad, type Finding, good, skipped } from '../doctor/check.ts'
import { readScripts, runScript } from './run-script.ts'

const SCRIPT = 'lint'

/** Has the project look at its code, where it has a script for that. */
export async function checkLint(folder: string): Promise<Finding> {
  if (!(await readScripts(folder)).has(SCRIPT)) return skipped('there is no script "lint"')
  const { code, output } = await runScript(folder, SCRIPT)
  if (code === 0) return good('nothing to object')
  const found = code === null ? 'it did not end' : output.trim().slice(0, 200)
  return bad(
    found === '' ? `it ended with ${code}` : found,
    'The linter of the project objects.',
    'See it all: npm run lint',
  )
}
