import { bad, type Check, good, note } from '../check.ts'
import { isSpoken } from '../messages.ts'
import { ask } from '../messages.ts'
import { isLoopback } from '../loopback.ts'
import type { Visit } from '../visit.ts'

/** Redirects lose the body of a POST or its token, and without TLS both are read on the way. */
export const way: Check = {
  id: 'way',
  title: 'TLS and redirects',
  look: async (visit) => {
    const { url } = visit
    const { status, headers } = await visit.first()
    if (status >= 300 && status < 400) {
      const to = headers.get('location') ?? 'nowhere'
      return {
        ...bad(
          `HTTP ${status}, a redirect to ${to}`,
          'Clients do not follow redirects with a POST, or follow them with a GET or without the token.',
          `Give clients the last address of the redirects instead, or answer here: ${URL.parse(to, url)?.href ?? to}`,
        ),
        shuts: 'all',
      }
    }
    if (isLoopback(url)) return good('this machine, so no TLS is needed')
    if (url.protocol === 'http:') {
      return bad(
        'http, without TLS',
        'Whoever is on the way reads tokens and results.',
        'Serve over https, and give clients that URL.',
      )
    }
    return (await answersPlainly(visit))
      ? note(
          'https, and http answers as well',
          'Clients that are given the http URL send their tokens in the clear.',
          'Have port 80 redirect to https, or close it. On Cloudflare: SSL/TLS, Edge Certificates, Always Use HTTPS.',
        )
      : good('https, no redirect')
  },
}

async function answersPlainly({ url, send }: Visit): Promise<boolean> {
  // Another port than that of https says nothing about where http would be.
  if (url.port !== '') return false
  const plain = new URL(url)
  plain.protocol = 'http:'
  return send({ ...ask('server/discover'), patience: 5000 }, plain).then(isSpoken, () => false)
}
