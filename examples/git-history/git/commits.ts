import { clipLine, clipText } from './clip.ts'

/** A commit as git tells it. */
export interface Commit {
  readonly sha: string
  readonly shortSha: string
  readonly parents: readonly string[]
  readonly author: string
  readonly email: string
  /** When it was written (ISO 8601, with the author's offset). */
  readonly authoredAt: string
  /** When it entered this history; order and time filters go by it. */
  readonly committedAt: string
  readonly subject: string
  /** The message below the subject, at most 4000 characters. */
  readonly body: string
}

const fields = ['%H', '%h', '%P', '%aN', '%aE', '%aI', '%cI', '%s', '%b'] as const

/** Options that make `git log` write what `parseCommits` reads. */
export const commitFormat = [
  '-z',
  `--format=${fields.join('%x00')}`,
  '--encoding=UTF-8',
  '--use-mailmap',
  '--no-show-signature',
  '--no-notes',
  '--no-color',
  '--no-patch',
] as const

/** Whole records only: one that was cut off at the end is left out. */
export function parseCommits(stdout: Buffer): readonly Commit[] {
  const parts = stdout.toString().split('\0')
  const commits: Commit[] = []
  for (let at = 0; at + fields.length < parts.length; at += fields.length) {
    const [sha = '', shortSha = '', parents = '', author = '', email = '', authoredAt = '', committedAt = '', ...text] =
      parts.slice(at, at + fields.length)
    commits.push({
      sha,
      shortSha,
      parents: parents.split(' ').filter(Boolean),
      author: clipLine(author, 100),
      email: clipLine(email, 100),
      authoredAt,
      committedAt,
      subject: clipLine(text[0] ?? '', 300),
      body: clipText((text[1] ?? '').trimEnd(), 4000),
    })
  }
  return commits
}
