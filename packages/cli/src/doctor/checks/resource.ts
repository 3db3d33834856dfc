import { bad, type Check, good, skipped } from '../check.ts'

/** Tokens are for the resource that the metadata names, which has to be the URL that clients use. (RFC 9728 §3.3) */
export const resource: Check = {
  id: 'resource',
  title: 'Resource is URL',
  look: async (visit) => {
    const { chosen } = await visit.metadata()
    if (chosen?.document === undefined) return skipped('no metadata')
    const { resource: named } = chosen.document
    const { url } = visit
    const used = `${url.origin}${url.pathname === '/' ? '' : url.pathname}${url.search}`
    if (typeof named !== 'string') {
      return bad('the metadata names no resource', 'Clients must not use it.', `Set resource to ${used}.`)
    }
    if (named === used || (url.pathname === '/' && named === `${used}/`)) return good(named)
    const it = URL.parse(named)
    const isPart = it !== null && it.origin === url.origin && isWithin(url.pathname, it.pathname)
    if (isPart) return good(`${named}, of which ${url.pathname} is a part`)
    return bad(
      `${named} instead of ${used}`,
      'Clients must not ask for tokens of another resource; those that do get tokens which the server refuses, and sign in again and again.',
      `Set resource to the URL that clients use, ${used}, or give clients ${named}. They are compared letter by letter.`,
    )
  },
}

const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
