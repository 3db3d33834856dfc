import { accessSync, constants } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { GitProblem } from './git-problem.ts'

/** The absolute entries of a search path: a relative one would run a `git` that lies inside the repository. */
export function absoluteEntries(searchPath: string): readonly string[] {
  return searchPath.split(path.delimiter).filter((entry) => path.isAbsolute(entry))
}

/** Where the git program is, as an absolute path. Throws `git_missing`. */
export function findGit(searchPath: string = process.env.PATH ?? ''): string {
  const name = process.platform === 'win32' ? 'git.exe' : 'git'
  for (const entry of absoluteEntries(searchPath)) {
    const candidate = path.join(entry, name)
    try {
      accessSync(candidate, constants.X_OK)
      return candidate
    } catch {
      // Not in this folder; the next one may have it.
    }
  }
  throw new GitProblem(
    'git_missing',
    'The program git was not found on PATH. Install git 2.32 or newer, then try again.',
  )
}
