/** Writes the code of Markdown pages anew from the files it comes from: `npx node scripts/include-code.ts`. */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join, sep } from 'node:path'

const root = join(import.meta.dirname, '..')
const MARKER = /^<!-- (\S+\/[\w.-]+\.\w+)(?:#([\w-]+))? -->$/gm
const BLOCK = /^<!-- (\S+\/[\w.-]+\.\w+)(?:#([\w-]+))? -->\n```(\w+)\n([\s\S]*?)^```$/gm
const REGION = /^\s*\/\/ #(?:end)?region\b.*\n/gm

export interface Page {
  /** From the root of the repository, with slashes. */
  readonly path: string
  readonly text: string
}

const readText = (path: string): string => readFileSync(join(root, path), 'utf8')

/** The pages whose code comes from files. */
export function readPages(): readonly Page[] {
  return globSync(['README.md', 'packages/*/README.md', 'docs/**/*.md'], { cwd: root })
    .map((path) => path.replaceAll(sep, '/'))
    .sort()
    .map((path) => ({ path, text: readText(path) }))
}

/**
 * Replaces each fenced block after `<!-- path/file.ts -->` by the file, and after `<!-- path/file.ts#name -->` by what
 * stands between `// #region name` and `// #endregion` in it.
 *
 * @throws Error when a marker has no block, a file cannot be read, or a region is not in its file.
 */
export function includeCode({ path, text }: Page, read: (path: string) => string = readText): string {
  const [markers, blocks] = [text.match(MARKER) ?? [], text.match(BLOCK) ?? []]
  if (markers.length !== blocks.length) {
    throw new Error(`${path}: of ${markers.length} markers, ${blocks.length} are followed by a closed block of code.`)
  }
  return text.replaceAll(BLOCK, (found: string, file: string, region: string | undefined, language: string) => {
    const marker = found.slice(0, found.indexOf('\n'))
    return `${marker}\n\`\`\`${language}\n${cut(file, read(file), region)}\n\`\`\``
  })
}

function cut(file: string, text: string, region: string | undefined): string {
  if (region === undefined) return text.replaceAll(REGION, '').trim()
  const found = new RegExp(`^[ ]*// #region ${region}\\n([\\s\\S]*?)^[ ]*// #endregion`, 'm').exec(text)?.[1]
  if (found === undefined) throw new Error(`${file} has no region "${region}".`)
  const lines = found.replaceAll(REGION, '').trimEnd().split('\n')
  const indents = lines.filter((line) => line !== '').map((line) => line.search(/\S/))
  return lines.map((line) => line.slice(Math.min(...indents))).join('\n')
}

if (import.meta.main) {
  for (const page of readPages()) {
    const text = includeCode(page)
    if (text === page.text) continue
    writeFileSync(join(root, page.path), text)
    console.log(`wrote ${page.path}`)
  }
}
