import type { Client } from 'hawser'
import { createHash } from 'node:crypto'

/** A skill as `skills/list` shows it. (SEP-2640) */
export interface SkillEntry {
  readonly uri: string
  readonly frontmatter: Readonly<Record<string, unknown>>
  readonly resources: readonly { readonly uri: string; readonly digest: string; readonly size: number }[]
}

/**
 * Reads the files of a skill, the skill itself first, and uses none that is not what the list said of it.
 *
 * @throws Error naming the file that differs. (SEP-2640 integrity and verification)
 */
export async function loadSkill(
  client: Client,
  { uri, frontmatter, resources }: SkillEntry,
): Promise<readonly string[]> {
  const ordered = resources.toSorted((a, b) => Number(b.uri === uri) - Number(a.uri === uri))
  const texts: string[] = []
  for (const file of ordered) {
    const { contents } = await client.read(file.uri)
    const [first] = contents
    const text = first !== undefined && 'text' in first ? first.text : ''
    const bytes = Buffer.from(text)
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    if (bytes.length !== file.size) throw new Error(`${file.uri} has ${bytes.length} bytes, not ${file.size}.`)
    if (digest !== file.digest) throw new Error(`${file.uri} has another digest than the list says.`)
    if (file.uri === uri && JSON.stringify(readFrontmatter(text)) !== JSON.stringify(frontmatter)) {
      throw new Error(`${file.uri} describes itself in another way than the list does.`)
    }
    texts.push(text)
  }
  return texts
}

/** Fields of one line each, which is all that the suite writes. */
function readFrontmatter(text: string): Readonly<Record<string, string>> {
  const [, block = ''] = /^---\n(.*?)\n---\n/s.exec(text) ?? []
  return Object.fromEntries([...block.matchAll(/^(\w+): (.*)$/gm)].map(([, name = '', value = '']) => [name, value]))
}
