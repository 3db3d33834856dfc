import { needs } from 'hawser'
import * as z from 'zod'
import type { BlamedLines, LineGroup } from '../git/blame-lines.ts'
import type { History } from '../history.ts'
import { count, day, lines } from './describe.ts'
import { path, ref } from './fields.ts'
import { reportProgress } from './report-progress.ts'
import { CommitShape, note } from './shapes.ts'

const { tool } = needs<{ history: History }>()

const Blamed: z.ZodType<BlamedLines, BlamedLines> = z.object({
  sha: z.string().optional().describe('The commit that the file was read at'),
  path: z.string(),
  startLine: z.number(),
  endLine: z.number(),
  totalLines: z.number(),
  groups: z
    .array(
      z.object({
        commit: CommitShape,
        lines: z.number(),
        ranges: z.array(
          z.object({
            startLine: z.number(),
            endLine: z.number(),
            firstLine: z.string().describe('Its first line'),
            pathThen: z.string().describe('What the file was called in that commit'),
            boundary: z.literal(true).optional().describe('Known history ends there: the lines may be older'),
          }),
        ),
      }),
    )
    .describe('One group a commit, in the order of their first line'),
  nextLine: z.number().optional().describe('Ask again with this startLine for the lines that follow'),
  note,
})

export const who_changed = tool({
  title: 'Who changed these lines',
  description:
    'Tell who last touched each line of a file, when and why, through renames. Use it for questions about code as it ' +
    'stands: who to ask, or what a strange line is for. Returns the commits behind the lines with their messages, at ' +
    'most 400 lines a call. For lines that are gone use find_changes with changedText; for a patch, explain_commit.',
  effect: 'read',
  input: z.strictObject({
    path: path.describe('A file, from the top of the repository, e.g. "src/index.ts".'),
    startLine: z.int().min(1).max(10_000_000).default(1).describe('The first line, from 1.'),
    endLine: z
      .int()
      .min(1)
      .max(10_000_000)
      .optional()
      .describe('The last line, included; the end of the file when left out.'),
    ref: ref.default('HEAD'),
  }),
  output: Blamed,
  text: describe,
  run: (query, { history, signal, progress }) =>
    reportProgress(progress, 'Following the lines back', history.blameLines(query, signal)),
})

function describe({ path: file, startLine, endLine, totalLines, groups, nextLine, note: remark }: BlamedLines): string {
  return lines(
    `${file}, lines ${startLine} to ${endLine} of ${totalLines}, from ${count(groups.length, 'commit')}:`,
    ...groups.map(describeGroup),
    nextLine !== undefined && `Go on with startLine ${nextLine}.`,
    remark,
  )
}

function describeGroup({ commit, lines: touched, ranges }: LineGroup): string {
  const { shortSha, author, email, authoredAt, subject, body } = commit
  const where = ranges
    .slice(0, 8)
    .map((range) => (range.startLine === range.endLine ? `${range.startLine}` : `${range.startLine}-${range.endLine}`))
  const why = body
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, 4)
  const first = ranges[0]?.firstLine.trim()
  return lines(
    `${count(touched, 'line')} (${where.join(', ')}${ranges.length > where.length ? ', …' : ''}): ${shortSha} ${day(authoredAt)} ${author} <${email}>`,
    `  ${subject}`,
    ...why.map((line) => `  | ${line}`),
    first && `  starts: ${first}`,
  )
}
