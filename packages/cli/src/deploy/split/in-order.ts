import type { Project } from '../../wrangler/project.ts'
import { readLastPlan } from '../plan.ts'

/**
 * The order in which Workers are deployed. The first, which others are bound to, goes first. When it is split for the first time it goes
 * last: what was deployed as one has all that they are bound to, and answers for each server until that one's own Worker does.
 */
export async function inOrder<W extends { readonly project: Project }>(
  whole: Project,
  env: string | undefined,
  workers: readonly W[],
): Promise<readonly W[]> {
  const [owner, ...members] = workers
  if (owner === undefined) return []
  const wasWhole = (await readLastPlan(whole, env)) !== undefined
  const wasSplit = (await readLastPlan(owner.project, undefined)) !== undefined
  return wasWhole && !wasSplit ? [...members, owner] : workers
}
