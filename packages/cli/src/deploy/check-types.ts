import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { bad, type Finding, good, note, skipped } from '../doctor/check.ts'

/** Has the TypeScript of the project check its types; wrangler only takes them away. */
export async function checkTypes(folder: string): Promise<Finding> {
  if (!existsSync(join(folder, 'tsconfig.json'))) return skipped('there is no tsconfig.json')
  const compiler = findCompiler(folder)
  if (compiler === undefined) {
    return note('not checked', 'There is a tsconfig.json, but no TypeScript.', 'npm install --save-dev typescript')
  }
  const { code, output } = await run(compiler, folder)
  if (code === 0) return good('right')
  const [first = '', ...more] = output.split('\n').filter((line) => line.includes('error TS'))
  return bad(
    `${first === '' ? output.slice(0, 200) : first}${more.length > 0 ? `, and ${more.length} more` : ''}`,
    'The code does not do what its types say.',
    'See them all: npx tsc --noEmit',
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

/** Characters of what the compiler says that are kept. */
const MAX_CHARS = 64 * 1024

function run(compiler: string, folder: string): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [compiler, '--noEmit', '--pretty', 'false'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (output.length < MAX_CHARS) output += text
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}
