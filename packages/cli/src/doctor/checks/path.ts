import { bad, type Check, good } from '../check.ts'
import { ask, describeAnswer, isPage, isSpoken } from '../messages.ts'
import type { Visit } from '../visit.ts'

/** The endpoint is at one path, and people give another. */
export const path: Check = {
  id: 'path',
  title: 'Path',
  look: async (visit) => {
    const { url } = visit
    const first = await visit.first()
    if (first.status >= 500) {
      return {
        ...bad(
          describeAnswer(first),
          'The server fails, or what is in front of it does not reach it.',
          'See what its log says; on Cloudflare: npx wrangler tail',
        ),
        shuts: 'all',
      }
    }
    // Whoever refuses or redirects is another check's.
    const isElsewhere = first.status === 404 || first.status === 405 || (first.status === 200 && isPage(first))
    if (!isElsewhere) return good(`${url.pathname} answers`)
    const right = await findPath(visit)
    if (right !== undefined) {
      return {
        ...bad(
          `${describeAnswer(first)}; the server is at ${right.pathname}`,
          `Clients send to the URL as it is given, and ${url.pathname} is not the endpoint.`,
          `Use ${right.href}, or serve at both paths.`,
        ),
        shuts: 'all',
      }
    }
    return {
      ...bad(
        describeAnswer(first),
        'No MCP server answers there, nor at the usual paths of this host.',
        'Check the path that the server is made with, such as worker(server, { path }), and the routes of what is in front of it.',
      ),
      shuts: 'all',
    }
  },
}

async function findPath({ url, send }: Visit): Promise<URL | undefined> {
  const { pathname } = url
  const paths = new Set(['/mcp', '/', pathname.endsWith('/') ? pathname.slice(0, -1) : `${pathname}/`])
  paths.delete(pathname)
  for (const other of paths) {
    if (other === '') continue
    const place = new URL(url)
    place.pathname = other
    const answer = await send(ask('server/discover'), place).catch(() => undefined)
    if (answer !== undefined && answer.status !== 404 && isSpoken(answer)) return place
  }
  return undefined
}
