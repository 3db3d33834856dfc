import { needs } from 'hawser'
import * as z from 'zod'
import type { ExplainedCommit } from '../git/explain-commit.ts'
import type { History } from '../history.ts'
import { count, describeCommit, describeFiles, describePatch, lines } from './describe.ts'
import { path, ref } from './fields.ts'
import { ChangedFileShape, CommitShape, note, PatchShape } from './shapes.ts'

const { tool } = needs<{ history: History }>()

const Explained: z.ZodType<ExplainedCommit, ExplainedCommit> = z.object({
  commit: CommitShape.optional().describe('Absent in a repository without commits'),
  tags: z.array(z.string()).describe('Up to five tags that hold it, oldest first'),
  branches: z.array(z.string()).describe('Up to five branches that hold it'),
  files: z.array(ChangedFileShape).describe('At most 100'),
  fileCount: z.number(),
  additions: z.number().describe('Lines'),
  deletions: z.number().describe('Lines'),
  patch: PatchShape,
  note,
})

export const explain_commit = tool({
  title: 'Explain a commit',
  description:
    'Show what one commit is and does: its whole message, people, files, patch, and the first releases and branches that ' +
    'hold it. Use it once you have a commit, e.g. from find_changes or who_changed, and want to know what it did and ' +
    'why. Returns at most 100 files and `maxLines` lines of patch; with a path, only what changed there. For what lies ' +
    'between two points use compare_points.',
  effect: 'read',
  input: z.strictObject({
    ref: ref.default('HEAD'),
    path: path.optional().describe('Show only what changed in this file or folder, e.g. "src/index.ts".'),
    maxLines: z.int().min(0).max(1000).default(200).describe('Most lines of patch; 0 leaves the patch out.'),
  }),
  output: Explained,
  text: describeExplained,
  run: (query, { history, signal }) => history.explainCommit(query, signal),
})

/** The prompt shows it, too. */
export function describeExplained(explained: ExplainedCommit): string {
  const { commit, tags, branches, files, fileCount, additions, deletions, patch, note: remark } = explained
  if (commit === undefined) return remark ?? 'There are no commits.'
  return lines(
    describeCommit(commit),
    tags.length > 0 && `in ${count(tags.length, 'tag')}, oldest first: ${tags.join(', ')}`,
    branches.length > 0 && `on ${branches.join(', ')}`,
    `${count(fileCount, 'file')}, +${additions} -${deletions} lines`,
    describeFiles(files, fileCount),
    remark,
    patch.text !== '' && `\n${describePatch(patch)}`,
  )
}
