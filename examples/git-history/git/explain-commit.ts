import type { ChangedFile } from './changed-files.ts'
import type { Git } from './run-git.ts'
import { checkCount } from './check-count.ts'
import { clipLine } from './clip.ts'
import { commitFormat, parseCommits, type Commit } from './commits.ts'
import { GitProblem } from './git-problem.ts'
import { readChangedFiles, readPatch, type Patch } from './patch.ts'
import { checkPath } from './safe-path.ts'
import { noCommitsNote, resolveRef } from './safe-ref.ts'
import { isShallow, shallowNote } from './shallow.ts'

export interface CommitQuery {
  /** A sha, tag or branch. Default HEAD. */
  readonly ref?: string
  /** Show only what it changes there. */
  readonly path?: string
  /** Lines of patch, 0 to 2000. Default 200. */
  readonly maxLines?: number
}

export interface ExplainedCommit {
  /** Absent in a repository without commits. */
  readonly commit?: Commit
  /** Up to five tags that contain it, oldest first: the first release with this change. */
  readonly tags: readonly string[]
  /** Up to five branches that contain it. */
  readonly branches: readonly string[]
  /** At most 100. */
  readonly files: readonly ChangedFile[]
  readonly fileCount: number
  readonly additions: number
  readonly deletions: number
  readonly patch: Patch
  readonly note?: string
}

const maxFiles = 100
const emptyPatch: Patch = { text: '', lines: 0, cut: false }

/**
 * What a commit is and does: message, people, files, patch, and where it went.
 *
 * ```ts
 * const { commit, patch } = await explainCommit(git, { ref: '4f2a91c' })
 * ```
 *
 * Throws `GitProblem`: `unsafe_ref`, `unknown_ref`, `unsafe_path`, `unknown_path`, `bad_argument`.
 */
export async function explainCommit(git: Git, query: CommitQuery, signal?: AbortSignal): Promise<ExplainedCommit> {
  const path = checkPath(query.path ?? '') || undefined
  const maxLines = checkCount('maxLines', query.maxLines, 200, 2000, 0)
  const sha = await resolveRef(git, query.ref ?? 'HEAD', signal)
  if (sha === undefined) return { ...nothing, note: noCommitsNote }

  const log = await git.run(['log', '--no-walk', ...commitFormat, sha, '--'], { signal })
  const commit = parseCommits(log.stdout)[0]
  if (commit === undefined)
    throw new GitProblem('git_failed', `The commit ${sha} could not be read. Try another commit.`)
  const span = { from: commit.parents[0], to: sha, path }
  const [changed, tags, branches, cutOff] = await Promise.all([
    readChangedFiles(git, span, signal),
    refsContaining(git, sha, 'refs/tags', signal),
    refsContaining(git, sha, 'refs/heads', signal),
    span.from === undefined && isShallow(git, signal),
  ])
  if (path !== undefined && changed.fileCount === 0) {
    throw new GitProblem(
      'unknown_path',
      `${commit.shortSha} changes nothing at ${JSON.stringify(clipLine(path))}. Leave the path out to see its files.`,
    )
  }
  const patch = maxLines === 0 ? emptyPatch : await readPatch(git, span, changed.files, maxLines, signal)
  const note = noteFor(commit, cutOff, changed.fileCount)
  return { ...changed, commit, tags, branches, files: changed.files.slice(0, maxFiles), patch, ...(note && { note }) }
}

const nothing = { tags: [], branches: [], files: [], fileCount: 0, additions: 0, deletions: 0, patch: emptyPatch }

function noteFor(commit: Commit, cutOff: boolean, fileCount: number): string {
  const notes: string[] = []
  if (commit.parents.length > 1) notes.push('A merge: files and patch are what it brought to its first parent.')
  if (cutOff) notes.push(`${shallowNote} Every file looks added because the parent of this commit is not here.`)
  if (fileCount > maxFiles) notes.push(`${maxFiles} of ${fileCount} files are listed.`)
  return notes.join(' ')
}

/** Walking to every tag can be slow in a large history, so that what is found within 3 s must do. */
async function refsContaining(git: Git, sha: string, where: string, signal?: AbortSignal): Promise<readonly string[]> {
  const sort = where === 'refs/tags' ? '--sort=creatordate' : '--sort=-creatordate'
  const args = ['for-each-ref', '--count=5', sort, `--contains=${sha}`, '--format=%(refname:short)', where]
  const { stdout } = await git.run(args, { signal, timeoutMs: 3000, partial: true })
  return stdout
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((name) => clipLine(name))
}
