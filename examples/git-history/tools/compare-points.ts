import { needs } from 'hawser'
import * as z from 'zod'
import type { CommitLine, ComparedPoints } from '../git/compare-points.ts'
import type { History } from '../history.ts'
import { count, day, describeFiles, describePatch, lines } from './describe.ts'
import { path, ref } from './fields.ts'
import { reportProgress } from './report-progress.ts'
import { ChangedFileShape, note, PatchShape } from './shapes.ts'

const { tool } = needs<{ history: History }>()

const CommitLineShape: z.ZodType<CommitLine, CommitLine> = z.object({
  sha: z.string(),
  shortSha: z.string(),
  subject: z.string(),
  author: z.string(),
  date: z.string().describe('ISO 8601'),
})

const Compared: z.ZodType<ComparedPoints, ComparedPoints> = z.object({
  base: z.string().optional().describe('Sha of the older point'),
  head: z.string().optional().describe('Sha of the newer point'),
  mergeBase: z.string().optional().describe('Where the two parted; absent when they share no history'),
  ahead: z.number().describe('Commits of head that base lacks'),
  behind: z.number().describe('Commits of base that head lacks'),
  commits: z.array(CommitLineShape).describe('The newest of those ahead'),
  behindCommits: z.array(CommitLineShape).describe('The newest of those behind'),
  authors: z
    .array(z.object({ author: z.string(), email: z.string(), commits: z.number() }))
    .describe('Who wrote the commits ahead, most first, at most 20'),
  files: z
    .array(ChangedFileShape)
    .describe('What head changed since the two parted; of more than 100, those with the most changed lines'),
  fileCount: z.number(),
  additions: z.number().describe('Lines'),
  deletions: z.number().describe('Lines'),
  patch: PatchShape.optional().describe('Only when a path was given'),
  note,
})

export const compare_points = tool({
  title: 'Compare two points',
  description:
    'Compare two points of the history: what is in a release, what a branch adds to main, what happened between two ' +
    'commits. Returns how far they are apart, the commits, the people and the files; with a path also its patch, at ' +
    'most 300 lines. For a single commit use explain_commit.',
  effect: 'read',
  input: z.strictObject({
    base: ref.describe(
      'The older point, e.g. "v1.2" or "main". A name that does not exist is answered with the newest branches and tags.',
    ),
    head: ref.default('HEAD').describe('The newer point, e.g. "v1.3" or "my-branch".'),
    path: path.optional().describe('Compare only this file or folder, and show its patch, e.g. "src".'),
    limit: z.int().min(1).max(100).default(20).describe('Most commits to list on each side.'),
  }),
  output: Compared,
  text: describe,
  run: (query, { history, signal, progress }) =>
    reportProgress(progress, 'Comparing', history.comparePoints(query, signal)),
})

function describe(compared: ComparedPoints): string {
  const { base, head, ahead, behind, commits, behindCommits, authors, patch, note: remark } = compared
  if (base === undefined || head === undefined) return remark ?? 'There is nothing to compare.'
  const { files, fileCount, additions, deletions } = compared
  return lines(
    `${head.slice(0, 10)} is ${count(ahead, 'commit')} ahead of ${base.slice(0, 10)} and ${behind} behind; ` +
      `${count(fileCount, 'file')}, +${additions} -${deletions} lines.`,
    ahead + behind + fileCount === 0 && 'Nothing differs.',
    remark,
    authors.length > 0 && `by ${authors.map(({ author, commits: own }) => `${author} (${own})`).join(', ')}`,
    commits.length > 0 && 'ahead, newest first:',
    ...commits.map(describeLine),
    behindCommits.length > 0 && 'behind, newest first:',
    ...behindCommits.map(describeLine),
    files.length > 0 && 'files:',
    describeFiles(files, fileCount),
    patch !== undefined && patch.text !== '' && `\n${describePatch(patch)}`,
  )
}

const describeLine = ({ shortSha, date, author, subject }: CommitLine): string =>
  `  ${shortSha} ${day(date)} ${author}: ${subject}`
