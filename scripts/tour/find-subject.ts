import type { CallOptions } from 'hawser'
import type { GitClient } from './questions.ts'

/** What there is to ask about in a repository that nobody here has seen before. */
export interface Subject {
  /** A text file at the top. */
  readonly file: string
  /** Short shas. */
  readonly newest: string
  readonly oldest: string
  /** Whether `oldest` is the first commit of all. */
  readonly isWhole: boolean
  /** A word that the newest changes speak of. */
  readonly word: string
}

const MOST_PAGES = 3
const PREFERRED = [
  /(?:^|\/)readme(?:\.|$)/i,
  /\.(?:md|txt|rst|adoc)$/i,
  /\.(?:[cm]?[jt]s|py|go|rs|c|h|java|rb|json|toml|yaml)$/,
  /(?:^|\/)[A-Z][^.]*$/,
]
const DULL = new Set(
  `about after again also another because before between commit from have into more rather same should some than that
  their them then there these they this through what when where which while with without would`.split(/\s+/),
)

/** Looks around with the tools themselves. */
export async function findSubject(client: GitClient, options: CallOptions): Promise<Subject> {
  const changes = []
  let cursor: string | undefined
  for (let page = 0; page < MOST_PAGES && (page === 0 || cursor !== undefined); page++) {
    const found = await client.tools.find_changes({ limit: 100, cursor }, options)
    changes.push(...found.changes)
    cursor = found.next
  }
  const newest = changes[0]
  const oldest = changes.at(-1)
  if (newest === undefined || oldest === undefined) {
    throw new Error('The repository has no commits yet. Name another: --repo PATH')
  }
  const file = await findFile(client, options)
  if (file === undefined) throw new Error('The newest commit holds no file to ask about. Name another: --repo PATH')
  return {
    file,
    newest: newest.shortSha,
    oldest: oldest.shortSha,
    isWhole: cursor === undefined,
    word: findWord(changes.flatMap(({ subject, merge }) => (merge ? [] : [subject]))),
  }
}

/** A text that people read first, at the top or else further down. */
async function findFile(client: GitClient, options: CallOptions): Promise<string | undefined> {
  for (const where of [{}, { match: '.' }]) {
    const { entries = [] } = await client.tools.browse_files(where, options)
    const files = entries.filter(({ kind, size = 0 }) => kind === 'file' && size > 0).map(({ path }) => path)
    const file = PREFERRED.map((kind) => files.find((path) => kind.test(path))).find((path) => path !== undefined)
    if (file !== undefined) return file
  }
  return undefined
}

/** `feat(http):` and the like say nothing about the matter. */
const KIND = /^\w+(?:\([^)]*\))?!?:/

/** The word that most of the newest subjects share; a longer one if several do. */
function findWord(subjects: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const subject of subjects.slice(0, 30)) {
    for (const word of new Set(
      subject
        .replace(KIND, '')
        .toLowerCase()
        .match(/\p{L}{4,}/gu),
    )) {
      if (!DULL.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1)
    }
  }
  const [best] = [...counts].sort(([one, a], [other, b]) => b - a || other.length - one.length)
  return best?.[0] ?? 'fix'
}
