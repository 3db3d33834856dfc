import type { Git } from './run-git.ts'

/** Whether the clone's history is cut off at some commits, which then look as if they had added everything. */
export async function isShallow(git: Git, signal?: AbortSignal): Promise<boolean> {
  const { stdout } = await git.run(['rev-parse', '--is-shallow-repository'], { signal })
  return stdout.toString().trim() === 'true'
}

export const shallowNote = 'This clone is shallow: older history is missing. git fetch --unshallow brings it.'
