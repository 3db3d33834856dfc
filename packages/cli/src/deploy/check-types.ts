import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { bad, type Finding, good, note, skipped } from '../doctor/check.ts'
import { type Outcome, readScripts, runNode, runScript } from './run-script.ts'

/** What projects call the script that checks their types, which knows best how. Others write types under these names. */
const SCRIPTS = ['types', 'typecheck', 'type-check']
const COMPILERS = /\b(?:(?:vue-)?tsc|tsgo)\b/

/** Has the project check its types; wrangler only takes them away. */
export async function checkTypes(folder: string): Promise<Finding> {
  const scripts = await readScripts(folder)
  const script = SCRIPTS.find((name) => COMPILERS.test(scripts.get(name) ?? ''))
  if (script !== undefined) return judge(await runScript(folder, script), `npm run ${script}`)
  if (!existsSync(join(folder, 'tsconfig.json'))) return skipped('there is no script "types", and no tsconfig.json')
  const compiler = findCompiler(folder)
  if (compiler === undefined) {
    return note('not checked', 'There is a tsconfig.json, but no TypeScript.', 'npm install --save-dev typescript')
  }
  return judge(await runNode(folder, [compiler, '--noEmit', '--pretty', 'false']), 'npx tsc --noEmit')
}

function judge({ code, output }: Outcome, command: string): Finding {
  if (code === 0) return good('right')
  const [first, ...more] = output.split('\n').filter((line) => line.includes('error TS'))
  return bad(
    `${first ?? output.trim().slice(0, 200)}${more.length > 0 ? `, and ${more.length} more` : ''}`,
    'The code does not do what its types say.',
    `See them all: ${command}`,
  )
}

function findCompiler(folder: string): string | undefined {
  const resolver = createRequire(join(folder, 'package.json'))
  try {
    const manifest = resolver.resolve('typescript/package.json')
    const { bin } = resolver(manifest) as { readonly bin: Readonly<Record<string, string>> }
    return join(dirname(manifest), bin['tsc'] ?? 'bin/tsc')
  } catch {
    return undefined
  }
}
