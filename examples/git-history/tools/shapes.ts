import * as z from 'zod'
import type { ChangedFile } from '../git/changed-files.ts'
import type { Commit } from '../git/commits.ts'
import type { Patch } from '../git/patch.ts'

/** What several answers hold. */

export const CommitShape: z.ZodType<Commit, Commit> = z.object({
  sha: z.string(),
  shortSha: z.string(),
  parents: z.array(z.string()),
  author: z.string(),
  email: z.string(),
  authoredAt: z.string().describe('When it was written, ISO 8601'),
  committedAt: z.string().describe('When it entered this history, ISO 8601'),
  subject: z.string().describe('The first line of the message'),
  body: z.string().describe('The rest of the message, at most 4000 characters'),
})

export const ChangedFileShape: z.ZodType<ChangedFile, ChangedFile> = z.object({
  path: z.string(),
  from: z.string().optional().describe('Where a renamed or copied file came from'),
  change: z.enum(['added', 'deleted', 'modified', 'renamed', 'copied', 'type-changed']),
  additions: z.number().optional().describe('Lines'),
  deletions: z.number().optional().describe('Lines'),
  binary: z.literal(true).optional(),
})

export const PatchShape: z.ZodType<Patch, Patch> = z.object({
  text: z.string().describe('A unified diff'),
  lines: z.number(),
  cut: z.boolean(),
  hint: z.string().optional().describe('How to see what was cut'),
})

export const note = z.string().optional().describe('What to know about this answer')
