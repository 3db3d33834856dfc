import { clipLine } from './clip.ts'

/** Lines next to each other that one commit touched last. */
export interface BlamedRange {
  readonly startLine: number
  readonly endLine: number
  /** The first of them, at most 160 characters. */
  readonly firstLine: string
  /** What the file was called in that commit. */
  readonly pathThen: string
  /** The history known here ends with that commit. */
  readonly boundary?: true
}

export interface Blame {
  readonly sha: string
  readonly range: BlamedRange
}

/** Reads `git blame --porcelain`: a header line per line, details once per commit, the line itself after a tab. */
export function parseBlame(stdout: Buffer): readonly Blame[] {
  const found: Blame[] = []
  const paths = new Map<string, string>()
  const boundaries = new Set<string>()
  let sha = ''
  let line = 0
  for (const text of stdout.toString().split('\n')) {
    if (text.startsWith('\t')) {
      const last = found.at(-1)
      const pathThen = paths.get(sha) ?? ''
      if (last?.sha === sha && last.range.endLine === line - 1 && last.range.pathThen === pathThen) {
        found[found.length - 1] = { sha, range: { ...last.range, endLine: line } }
      } else {
        const firstLine = clipLine(text.slice(1), 160)
        const boundary = boundaries.has(sha) && { boundary: true as const }
        found.push({ sha, range: { startLine: line, endLine: line, firstLine, pathThen, ...boundary } })
      }
      continue
    }
    const header = /^([0-9a-f]{40}|[0-9a-f]{64}) \d+ (\d+)(?: \d+)?$/.exec(text)
    if (header) {
      sha = header[1] ?? ''
      line = Number(header[2])
    } else if (text.startsWith('filename ')) {
      paths.set(sha, text.slice('filename '.length))
    } else if (text === 'boundary') {
      boundaries.add(sha)
    }
  }
  return found
}
