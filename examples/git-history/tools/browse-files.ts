import { needs } from 'hawser'
import * as z from 'zod'
import { clipLine } from '../git/clip.ts'
import type { FileList } from '../git/list-files.ts'
import type { TreeEntry } from '../git/tree-entry.ts'
import type { History } from '../history.ts'
import { lines } from './describe.ts'
import { cursor, ref } from './fields.ts'
import { note } from './shapes.ts'

const { tool } = needs<{ history: History }>()

/** One shape for all kinds, since clients expect an object without alternatives. */
const Browsed = z.object({
  kind: z.enum(['text', 'binary', 'symlink', 'submodule', 'directory']),
  sha: z.string().optional().describe('The commit that was looked at'),
  path: z.string(),
  mediaType: z.string().optional(),
  size: z.number().optional().describe('Bytes of the whole file'),
  text: z.string().optional(),
  startLine: z.number().optional(),
  nextLine: z.number().optional().describe('Ask again with this startLine for the rest; absent at the end'),
  target: z.string().optional().describe('Where a symbolic link points; it is never followed'),
  commit: z.string().optional().describe('The commit of the other repository that a submodule stands for'),
  entries: z
    .array(
      z.object({
        path: z.string(),
        kind: z.enum(['file', 'directory', 'symlink', 'submodule']),
        size: z.number().optional().describe('Bytes'),
      }),
    )
    .optional()
    .describe('What a directory holds'),
  total: z.number().optional().describe('Entries in all'),
  next: z.string().optional().describe('Cursor of the next page; absent on the last'),
  note,
})
type Browsed = z.infer<typeof Browsed>

/** What a model can take in at a time. (bytes) */
const MOST_TEXT = 48 * 1024

export const browse_files = tool({
  title: 'Browse files',
  description:
    'Read a file or list a folder as it was at any commit; with `match`, find files by name. Use it to look at code ' +
    'before or after a change, also at files that are gone by now. Returns text from `startLine` on, at most 48 KiB a ' +
    'call, or up to 200 entries with a cursor; of binary files only type and size. It reads commits, not the working ' +
    'copy. For who wrote the lines use who_changed.',
  effect: 'read',
  input: z.strictObject({
    path: z
      .string()
      .max(4096)
      .default('')
      .describe('A file or folder, from the top of the repository, e.g. "src/index.ts"; the top when left out.'),
    ref: ref.default('HEAD'),
    match: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('List all files below the folder whose path holds this text, in any case, e.g. ".test.ts".'),
    startLine: z.int().min(1).max(10_000_000).default(1).describe('The first line of a text file to return, from 1.'),
    cursor: cursor.optional(),
  }),
  output: Browsed,
  text: describe,
  run: async ({ match, cursor: place, startLine, ...where }, { history, signal }) => {
    const list = async (): Promise<Browsed> => ({
      kind: 'directory',
      ...copyEntries(await history.listFiles({ ...where, match, cursor: place }, signal)),
    })
    if (match !== undefined || place !== undefined) return list()
    const found = await history.readFile({ ...where, startLine, maxBytes: MOST_TEXT }, signal)
    if (found.kind === 'directory') return found.next === undefined ? copyEntries(found) : list()
    // Bytes say nothing to a model; a client can read the resource.
    return found.kind === 'binary' ? { ...found, base64: undefined } : found
  },
})

function copyEntries<T extends FileList>(list: T): T & { entries: TreeEntry[] } {
  return { ...list, entries: [...list.entries] }
}

function describe(found: Browsed): string {
  const {
    kind,
    path,
    text,
    mediaType,
    size,
    startLine,
    nextLine,
    target,
    commit,
    entries = [],
    total,
    next,
    note: remark,
  } = found
  const name = clipLine(path) || 'The top folder'
  switch (kind) {
    case 'text':
      return lines(
        `${name} at ${found.sha?.slice(0, 10)}${startLine === 1 ? '' : ` from line ${startLine}`}:`,
        text,
        nextLine !== undefined && `Cut here. Go on with startLine ${nextLine}.`,
        remark,
      )
    case 'binary':
      return lines(`${name} is binary: ${mediaType}, ${size} bytes.`, remark)
    case 'symlink':
      return `${name} is a symbolic link to ${clipLine(target ?? '')}, which is not followed.`
    case 'submodule':
      return `${name} is a submodule at commit ${commit} of another repository.`
    case 'directory':
      return lines(
        total === 0 ? 'No files.' : `${name} at ${found.sha?.slice(0, 10)}, ${entries.length} of ${total}:`,
        ...entries.map(
          (entry) => `  ${clipLine(entry.path)}${entry.kind === 'file' ? ` ${entry.size} bytes` : ` (${entry.kind})`}`,
        ),
        next !== undefined && `There are more: repeat the call with cursor "${next}".`,
        remark,
      )
  }
}
