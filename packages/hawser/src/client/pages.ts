import { ConnectionError, ProtocolError } from '../call/index.ts'
import type { Params, Result } from '../protocol/index.ts'
import type { CallOptions, Request } from './request.ts'

/** Methods that answer in pages, with the field that holds their entries. (server/utilities/pagination) */
interface Lists {
  'tools/list': 'tools'
  'resources/list': 'resources'
  'resources/templates/list': 'resourceTemplates'
  'prompts/list': 'prompts'
}

/** One entry of a list. */
export type Entry<M extends keyof Lists> =
  Result<M> extends { readonly [F in Lists[M]]: readonly (infer E)[] } ? E : never

const FIELDS: Lists = {
  'tools/list': 'tools',
  'resources/list': 'resources',
  'resources/templates/list': 'resourceTemplates',
  'prompts/list': 'prompts',
}

/**
 * Yields the entries of each page until a page names no next one. A server that does not offer the method has none.
 *
 * @throws ConnectionError `bad_reply` when a cursor comes twice or the pages do not end.
 */
export async function* pages<M extends keyof Lists>(
  request: Request,
  method: M,
  maxPages: number,
  options?: CallOptions,
): AsyncGenerator<readonly Entry<M>[], void> {
  const seen = new Set<string>()
  let cursor: string | undefined
  for (let page = 1; ; page++) {
    if (page > maxPages) throw new ConnectionError('bad_reply', `${method} did not end within ${maxPages} pages.`)
    const params = (cursor === undefined ? {} : { cursor }) as Params<M>
    const result = await request(method, params, options).catch((error: unknown) => {
      if (page === 1 && error instanceof ProtocolError && error.code === 'method_not_found') return undefined
      throw error
    })
    if (result === undefined) return
    yield (result as unknown as { readonly [F in Lists[M]]: readonly Entry<M>[] })[FIELDS[method]]
    // An empty string is a cursor like any other. (server/utilities/pagination#implementation-guidelines)
    const next: unknown = result.nextCursor
    if (next === undefined || next === null) return
    if (typeof next !== 'string')
      throw new ConnectionError('bad_reply', `${method} named a next page by something that is not text.`)
    if (seen.has(next))
      throw new ConnectionError('bad_reply', `${method} named the same next page twice: its list would never end.`)
    seen.add(next)
    cursor = next
  }
}

/** All entries of a list. */
export async function listAll<M extends keyof Lists>(
  request: Request,
  method: M,
  maxPages: number,
  options?: CallOptions,
): Promise<readonly Entry<M>[]> {
  const all: Entry<M>[] = []
  for await (const page of pages(request, method, maxPages, options)) all.push(...page)
  return all
}
