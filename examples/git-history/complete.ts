import { type HandlerContext, ToolError } from 'hawser'
import type { History } from './history.ts'

/** What is offered while a person types: an empty list, rather than an error, for what does not exist yet. */

interface Typing extends HandlerContext {
  readonly history: History
  readonly arguments: { readonly [name: string]: string }
}

const MOST = 100

/** Branches and tags that hold what is typed. */
export async function completeRef(typed: string, { history, signal }: Typing): Promise<readonly string[]> {
  const found = await orNothing(history.listRefs({ match: typed, limit: MOST }, signal))
  const names = (found?.refs ?? []).map(({ name }) => name)
  return 'HEAD'.startsWith(typed) ? ['HEAD', ...names] : names
}

/** Files below the folder that is typed, at the ref chosen before. */
export async function completePath(
  typed: string,
  { history, signal, arguments: { ref = 'HEAD' } }: Typing,
): Promise<readonly string[]> {
  const folder = typed.slice(0, Math.max(0, typed.lastIndexOf('/')))
  const found = await orNothing(history.listFiles({ ref, path: folder, limit: 1000 }, signal))
  return (found?.entries ?? [])
    .map(({ path, kind }) => (kind === 'directory' ? `${path}/` : path))
    .filter((path) => path.startsWith(typed))
}

/** The newest commits, then branches and tags. */
export async function completeCommit(typed: string, context: Typing): Promise<readonly string[]> {
  const { history, signal } = context
  const [found, refs] = await Promise.all([
    orNothing(history.findChanges({ limit: 50 }, signal)),
    completeRef(typed, context),
  ])
  const shas = (found?.changes ?? []).flatMap(({ sha, shortSha }) => (sha.startsWith(typed) ? [shortSha] : []))
  return [...refs, ...shas]
}

async function orNothing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof ToolError) return undefined
    throw error
  }
}
