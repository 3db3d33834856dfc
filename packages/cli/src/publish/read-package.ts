import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { EXIT } from '../exit-code.ts'
import { Failure } from '../failure.ts'

/** What a package says of itself, as far as it matters to those who publish it. */
export interface Package {
  readonly folder: string
  readonly name: string | undefined
  readonly version: string | undefined
  readonly description: string | undefined
  readonly author: Author | undefined
  readonly license: string | undefined
  readonly homepage: string | undefined
  /** As browsers want it. */
  readonly repository: string | undefined
  /** The name in the MCP registry. */
  readonly mcpName: string | undefined
  /** Whether `npx` could start it. */
  readonly isRunnable: boolean
}

export interface Author {
  readonly name: string
  readonly email?: string
  readonly url?: string
}

/** Reads the package in which a file is. @throws Failure when there is none, or it is malformed. */
export function readPackage(file: string): Package {
  for (let folder = dirname(resolve(file)); ; folder = dirname(folder)) {
    const path = join(folder, 'package.json')
    let text: string
    try {
      text = readFileSync(path, 'utf8')
    } catch {
      if (folder !== dirname(folder)) continue
      throw new Failure(EXIT.usage, `${file} is in no package.`, ['Make one beside it: npm init'])
    }
    try {
      return toPackage(folder, JSON.parse(text))
    } catch (cause) {
      throw new Failure(EXIT.usage, `${path} is not valid JSON.`, [], { cause })
    }
  }
}

type Manifest = Readonly<Record<string, unknown>>

function toPackage(folder: string, manifest: Manifest): Package {
  const text = (name: string): string | undefined => asText(manifest[name])
  const { repository, author, bin } = manifest
  return {
    folder,
    name: text('name'),
    version: text('version'),
    description: text('description'),
    author: readAuthor(author),
    license: text('license'),
    homepage: text('homepage'),
    repository: readRepository(isRecord(repository) ? repository['url'] : repository),
    mcpName: text('mcpName'),
    isRunnable: manifest['private'] !== true && bin !== undefined,
  }
}

const isRecord = (value: unknown): value is Manifest => typeof value === 'object' && value !== null
const asText = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** (docs.npmjs.com/cli/configuring-npm/package-json, people fields) */
function readAuthor(author: unknown): Author | undefined {
  const given = typeof author === 'string' ? /^([^<(]*)(?:<([^>]*)>)?\s*(?:\(([^)]*)\))?/.exec(author) : null
  const [name, email, url] = isRecord(author)
    ? [asText(author['name']), asText(author['email']), asText(author['url'])]
    : [asText(given?.[1]?.trim()), given?.[2], given?.[3]]
  return name === undefined
    ? undefined
    : { name, ...(email !== undefined && { email }), ...(url !== undefined && { url }) }
}

/** From the ways in which npm writes it: `github:owner/name`, `git+https://…`. */
function readRepository(url: unknown): string | undefined {
  const text = asText(url)
  if (text === undefined) return undefined
  const short = /^(?:github:)?([\w.-]+\/[\w.-]+)$/.exec(text)
  const plain =
    short === null ? text.replace(/^git\+/, '').replace(/^git:/, 'https:') : `https://github.com/${short[1]}`
  return URL.parse(plain)?.protocol === 'https:' ? plain.replace(/\.git$/, '') : undefined
}
