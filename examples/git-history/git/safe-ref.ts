import type { Git } from './run-git.ts'
import { GitProblem } from './git-problem.ts'
import { clipLine } from './clip.ts'

// A name of git check-ref-format or a sha, then any number of ~N and ^N.
const refPattern = /^[^\s\p{Cc}\p{Cf}~^:?*[\]\\{}-][^\s\p{Cc}\p{Cf}~^:?*[\]\\{}]*(?:[~^]\d{0,6})*$/u
// Work in progress and traces of local commands; nobody published them.
const privateRef = /^(?:(?:refs\/)?stash|[A-Z_]+_HEAD)(?:[~^]|$)/

/**
 * Refuses whatever is not the plain name of one commit: options, ranges, `ref:path`, reflog and search syntax, stashes.
 *
 * ```ts
 * checkRef('v1.2~3')         // 'v1.2~3'
 * checkRef('--output=/x')    // throws GitProblem unsafe_ref
 * ```
 */
export function checkRef(ref: string): string {
  const isPlain = ref.length <= 250 && ref.isWellFormed() && refPattern.test(ref) && !ref.includes('..')
  if (isPlain && !privateRef.test(ref)) return ref
  const expected = 'Expected one branch, tag or commit, such as main, v1.2, HEAD~3 or 4f2a91c'
  throw new GitProblem('unsafe_ref', `${expected}, but got ${quote(ref)}.`)
}

/**
 * The full sha of the commit a ref names; `undefined` only in a repository without any commits.
 * Throws `GitProblem`: `unsafe_ref`, `unknown_ref`.
 */
export async function resolveRef(git: Git, ref: string, signal?: AbortSignal): Promise<string | undefined> {
  const name = `${checkRef(ref)}^{commit}`
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', name]
  const { stdout, code } = await git.run(args, { signal, okCodes: [0, 1, 128] })
  const sha = stdout.toString().trim()
  if (code === 0 && isSha(sha)) return sha
  if (!(await hasCommits(git, signal))) return undefined
  throw new GitProblem('unknown_ref', `No single commit is called ${quote(ref)} here. ${await knownRefs(git, signal)}`)
}

export const isSha = (text: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)

/** What every question answers in a repository without commits. */
export const noCommitsNote = 'This repository has no commits yet. Make the first commit, then ask again.'

async function hasCommits(git: Git, signal?: AbortSignal): Promise<boolean> {
  const { stdout } = await git.run(['rev-list', '--max-count=1', '--all'], { signal })
  return stdout.length > 0
}

async function knownRefs(git: Git, signal?: AbortSignal): Promise<string> {
  const args = [
    'for-each-ref',
    '--count=8',
    '--sort=-creatordate',
    '--format=%(refname:short)',
    'refs/heads',
    'refs/tags',
  ]
  const { stdout } = await git.run(args, { signal })
  const names = stdout
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((name) => clipLine(name, 60))
  return names.length === 0 ? 'Give a full commit sha.' : `Newest branches and tags: ${names.join(', ')}.`
}

const quote = (text: string): string => JSON.stringify(clipLine(text.toWellFormed(), 80))
