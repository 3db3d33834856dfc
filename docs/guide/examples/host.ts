import { env } from 'cloudflare:workers'
import { clients, type GivenAnswers } from 'hawser/cloudflare'

export { HawserObject } from 'hawser/cloudflare'

const host = clients({
  binding: 'HAWSER',
  secret: String(env['CLIENTS_SECRET']), // npx wrangler secret put CLIENTS_SECRET
  callback: `${String(env['ORIGIN'])}/callback`,
  client: { name: 'Harbour office' }, // what people are shown where they sign in
  servers: {
    notes: { url: String(env['NOTES_URL']), maxScopes: ['notes:read', 'notes:write'] },
    harbour: { url: String(env['HARBOUR_URL']), tools: ['tides', 'moor'] }, // no other tool of it is offered, or called
  },
})

type Name = 'notes' | 'harbour'
interface Asked {
  readonly server: Name
  readonly tool: string
  readonly args: Readonly<Record<string, unknown>>
  readonly id: string
  readonly answers: GivenAnswers
}

/** Put the session of your users here: this believes whoever says a name. */
const userOf = (request: Request): string | null => request.headers.get('x-user')

export default {
  fetch: async (request: Request): Promise<Response> => {
    const user = userOf(request)
    if (user === null) return new Response('Who are you?\n', { status: 401 })
    const mine = host.of(user)
    const { pathname } = new URL(request.url)
    if (pathname === '/callback') return mine.callback(request)
    if (request.method === 'GET')
      return Response.json(pathname === '/tools' ? await mine.tools() : await mine.servers())
    const { server, tool, args, id, answers } = (await request.json()) as Asked
    if (pathname === '/sign-in') return Response.json({ page: await mine.signIn(server, { returnTo: '/servers' }) })
    // A result, a question that waits, or a task: `answer` goes on with a question, tomorrow as well.
    return Response.json(pathname === '/answer' ? await mine.answer(id, answers) : await mine.call(server, tool, args))
  },
}
