import { badReply, ProtocolError } from '../call/index.ts'
import { isObject, type Params, type Result } from '../protocol/index.ts'
import { LISTS } from './check-reply.ts'
import type { CallOptions, Request } from './request.ts'

/** Methods that answer in pages. (server/utilities/pagination) */
export type ListMethod = 'tools/list' | 'resources/list' | 'resources/templates/list' | 'prompts/list'

/** What the pages of one list may hold together: values, counting every item and member, and UTF-16 units of text. */
const MAX_VALUES = 1_000_000
const MAX_LENGTH = 64 * 1024 * 1024

/** One entry of a list. */
export type Entry<M extends ListMethod> =
  Result<M> extends { readonly [F in (typeof LISTS)[M]]: readonly (infer E)[] } ? E : never

/**
 * Yields the entries of each page until a page names no next one. A server that does not offer the method has none.
 *
 * @throws ConnectionError `bad_reply` when a cursor comes twice, the pages do not end, or they hold too much together.
 */
export async function* pages<M extends ListMethod>(
  request: Request,
  method: M,
  maxPages: number,
  options?: CallOptions,
): AsyncGenerator<readonly Entry<M>[], void> {
  const seen = new Set<string>()
  const held: Weight = { values: 0, length: 0 }
  let cursor: string | undefined
  for (let page = 1; ; page++) {
    if (page > maxPages) throw badReply(`${method} did not end within ${maxPages} pages.`)
    const params = (cursor === undefined ? {} : { cursor }) as Params<M>
    const result = await request(method, params, options).catch((error: unknown) => {
      if (page === 1 && error instanceof ProtocolError && error.code === 'method_not_found') return undefined
      throw error
    })
    if (result === undefined) return
    yield (result as unknown as { readonly [F in (typeof LISTS)[M]]: readonly Entry<M>[] })[LISTS[method]]
    // An empty string is a cursor like any other. (server/utilities/pagination#implementation-guidelines)
    const next: unknown = result.nextCursor
    if (next === undefined || next === null) return
    if (typeof next !== 'string' || seen.has(next)) {
      throw badReply(`${method} named a next page twice, or by something that is not text.`)
    }
    // A single page is bounded by its transport.
    weigh(result, held)
    if (held.values > MAX_VALUES || held.length > MAX_LENGTH) {
      throw badReply(
        `${method} holds more than ${MAX_VALUES} values or ${MAX_LENGTH} characters in its first ${page} pages.`,
      )
    }
    seen.add(next)
    cursor = next
  }
}

/** All entries of a list. */
export async function listAll<M extends ListMethod>(
  request: Request,
  method: M,
  maxPages: number,
  options?: CallOptions,
): Promise<readonly Entry<M>[]> {
  const all: Entry<M>[] = []
  for await (const page of pages(request, method, maxPages, options)) for (const entry of page) all.push(entry)
  return all
}

interface Weight {
  values: number
  length: number
}

/** Adds what a value holds. Messages are nested as deep as their parser allows, and no deeper. */
function weigh(value: unknown, sum: Weight): void {
  sum.values++
  if (typeof value === 'string') sum.length += value.length
  else if (Array.isArray(value)) for (const item of value) weigh(item, sum)
  else if (isObject(value)) {
    for (const name in value) {
      sum.length += name.length
      weigh(value[name], sum)
    }
  }
}
