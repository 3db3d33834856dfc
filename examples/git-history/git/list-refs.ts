import type { Git } from './run-git.ts'
import { checkCount } from './check-count.ts'

export interface Ref {
  /** As `ref` of every other question takes it. */
  readonly name: string
  readonly kind: 'branch' | 'tag' | 'remote-branch'
  readonly sha: string
}

export interface RefList {
  /** The branch that is checked out; absent when HEAD is detached. */
  readonly current?: string
  readonly refs: readonly Ref[]
  readonly more: boolean
}

const kinds = { heads: 'branch', tags: 'tag', remotes: 'remote-branch' } as const
const format = '--format=%(refname)%00%(refname:short)%00%(objectname)%00%(*objectname)'

/**
 * Branches and tags, newest first.
 *
 * ```ts
 * const { current, refs } = await listRefs(git, { match: 'v1.' })
 * ```
 */
export async function listRefs(
  git: Git,
  query: { readonly match?: string; readonly limit?: number } = {},
  signal?: AbortSignal,
): Promise<RefList> {
  const limit = checkCount('limit', query.limit, 100, 1000)
  const wanted = query.match?.toLowerCase() ?? ''
  const args = ['for-each-ref', '--sort=-creatordate', format, 'refs/heads', 'refs/tags', 'refs/remotes']
  const [head, listed] = await Promise.all([
    git.run(['symbolic-ref', '--quiet', '--short', 'HEAD'], { signal, okCodes: [0, 1] }),
    git.run(args, { signal }),
  ])
  const current = head.stdout.toString().trim()
  const refs = listed.stdout.toString().split('\n').flatMap(parseRef)
  const chosen = refs.filter((ref) => ref.name.toLowerCase().includes(wanted))
  return { ...(current && { current }), refs: chosen.slice(0, limit), more: chosen.length > limit }
}

function parseRef(line: string): readonly Ref[] {
  const [full = '', name = '', object = '', peeled = ''] = line.split('\0')
  const kind = /^refs\/(heads|tags|remotes)\//.exec(full)?.[1]
  if (kind !== 'heads' && kind !== 'tags' && kind !== 'remotes') return []
  return [{ name, kind: kinds[kind], sha: peeled || object }]
}
