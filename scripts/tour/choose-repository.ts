import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { findGit } from '../../examples/git-history/git/find-git.ts'
import { GitProblem } from '../../examples/git-history/git/git-problem.ts'
import { createGit } from '../../examples/git-history/git/run-git.ts'
import { createSampleRepository, temporaryFolder } from '../../examples/git-history/git/sample-repository.ts'
import { resolveRef } from '../../examples/git-history/git/safe-ref.ts'

export interface Repository {
  readonly folder: string
  /** Why it is not the one that was to be expected. */
  readonly why?: string
  readonly remove: () => void
}

/**
 * The repository to ask: the one that is named, the project's own, or – for a download without history – a small sample.
 *
 * @throws GitProblem when git is missing, or the named folder is no repository.
 */
export async function chooseRepository(project: string, named: string | undefined): Promise<Repository> {
  findGit()
  if (named !== undefined) {
    await createGit(named)
    return { folder: named, remove: () => {} }
  }
  const found = await openOwn(project)
  return found ?? makeSample()
}

/** A folder above the project may be a repository too, but not the project's. */
async function openOwn(project: string): Promise<Repository | undefined> {
  if (!existsSync(join(project, '.git'))) return undefined
  try {
    const git = await createGit(project)
    const hasCommits = (await resolveRef(git, 'HEAD')) !== undefined
    return hasCommits ? { folder: project, remove: () => {} } : undefined
  } catch (error) {
    if (error instanceof GitProblem && error.code === 'not_a_repository') return undefined
    throw error
  }
}

function makeSample(): Repository {
  const { path, remove } = temporaryFolder()
  // Also when the process is ended in the middle.
  process.once('exit', remove)
  createSampleRepository(path)
  const why =
    'This copy of Hawser has no git history, so a small sample is asked. Clone it, or name another: --repo PATH'
  const removeNow = (): void => {
    process.off('exit', remove)
    remove()
  }
  return { folder: path, why, remove: removeNow }
}
