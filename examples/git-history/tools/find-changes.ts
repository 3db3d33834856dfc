import { needs } from 'hawser'
import * as z from 'zod'
import { clipLine } from '../git/clip.ts'
import type { Change, FoundChanges } from '../git/find-changes.ts'
import type { History } from '../history.ts'
import { count, day, lines } from './describe.ts'
import { cursor, path, ref } from './fields.ts'
import { reportProgress } from './report-progress.ts'
import { note } from './shapes.ts'

const { tool } = needs<{ history: History }>()

const Found: z.ZodType<FoundChanges, FoundChanges> = z.object({
  from: z.string().optional().describe('The commit that the search started at'),
  changes: z.array(
    z.object({
      sha: z.string(),
      shortSha: z.string(),
      subject: z.string().describe('The first line of the message'),
      author: z.string(),
      email: z.string(),
      date: z.string().describe('When it entered this history, ISO 8601'),
      authoredAt: z.string().optional().describe('When it was written, if that was another time'),
      merge: z.literal(true).optional(),
      files: z.array(z.string()).describe('The first 10'),
      fileCount: z.number(),
      matched: z.array(z.string()).describe('What in it fits the question'),
    }),
  ),
  next: z.string().optional().describe('Cursor of the next page; absent on the last'),
  total: z.number().optional().describe('How many there are in all; only on the last page'),
  note,
})

export const find_changes = tool({
  title: 'Find changes',
  description:
    'Find commits by words of their message, text they add or remove, author, path and time; all that is given must ' +
    'fit. Use it to learn what changed lately, when something came or went, or who works on what; without arguments ' +
    'it gives the newest history. Returns commits newest first, each with author, date, files and what matched, and a ' +
    'cursor for older ones. One commit with its patch: explain_commit. The lines of a file as it is now: who_changed.',
  effect: 'read',
  input: z.strictObject({
    words: z
      .string()
      .min(1)
      .max(500)
      .optional()
      .describe(
        'Words that the message holds, in any order and case; quotes keep words together, e.g. retry "spring tide".',
      ),
    changedText: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('Text that the change adds or removes, taken literally, e.g. "parseWhen(". Slow in a long history.'),
    author: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('Part of a name or e-mail address, e.g. "ada" or "@example.com".'),
    path: path.optional(),
    since: z
      .string()
      .max(60)
      .optional()
      .describe('Not before: "2026-01-31", "2026-01-31T09:00:00Z", "yesterday" or "2 weeks ago". Times are UTC.'),
    until: z.string().max(60).optional().describe('Not after; written like `since`. A day counts whole.'),
    ref: ref.default('HEAD').describe('The branch, tag or commit whose history is searched, e.g. "main" or "v1.2".'),
    limit: z.int().min(1).max(100).default(20).describe('Most commits to return.'),
    cursor: cursor.optional(),
  }),
  output: Found,
  text: describe,
  run: (query, { history, signal, progress }) =>
    reportProgress(progress, 'Searching the history', history.findChanges(query, signal)),
})

function describe({ changes, next, total, note: remark }: FoundChanges): string {
  if (changes.length === 0)
    return lines('No commit fits. Try fewer words, a part of the path or a longer time.', remark)
  return lines(
    total === changes.length ? `${count(total, 'commit')}, newest first:` : 'Newest first:',
    ...changes.map(describeChange),
    next !== undefined && `There are older ones: repeat the call with cursor "${next}".`,
    remark,
  )
}

function describeChange({ shortSha, date, author, subject, merge, files, fileCount, matched }: Change): string {
  const named = files.slice(0, 5).map((file) => clipLine(file, 100))
  const more = fileCount > named.length ? ` and ${fileCount - named.length} more` : ''
  return lines(
    `${shortSha} ${day(date)} ${author}: ${subject}${merge ? ' (merge)' : ''}`,
    named.length > 0 && `  ${named.join(', ')}${more}`,
    ...matched.map((why) => `  matched ${why}`),
  )
}
