import { bad, type Check, good, skipped } from '../check.ts'
import { ask, describeAnswer } from '../messages.ts'
import type { Answer } from '../probe.ts'
import type { Visit } from '../visit.ts'

/** What hosts and libraries call themselves when they call servers. */
const AGENTS: readonly (readonly [name: string, agent: string])[] = [
  ['Claude', 'Claude-User/1.0'],
  [
    'ChatGPT',
    'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0; +https://openai.com/bot',
  ],
  ['OpenAI', 'openai-mcp/1.0.0'],
  ['Cursor', 'Cursor/2.0'],
  ['Python', 'python-httpx/0.28.1'],
  ['Node', 'node'],
  ['Go', 'Go-http-client/2.0'],
]

/** Firewalls that keep robots out keep out hosts, which are robots that somebody sends. */
export const agents: Check = {
  id: 'agents',
  title: 'Known clients',
  look: async (visit) => {
    const first = await visit.first()
    const answers = await Promise.all(
      AGENTS.map(async ([name, agent]) => ({ name, answer: await askAs(visit, agent).catch(() => undefined) })),
    )
    const others = answers.filter(({ answer }) => answer?.status !== first.status)
    if (others.length === 0) {
      return isBlocked(first)
        ? {
            ...bad(
              `${describeAnswer(first)} to everybody`,
              'Something in front of the server refuses programs, whatever they call themselves.',
              'Let requests to this path pass the firewall and its challenges: no program can answer them.',
            ),
            shuts: 'talking',
          }
        : good(`${AGENTS.length} user agents are answered alike`)
    }
    const [{ answer: { status = 'no answer' } = {} } = {}] = others
    if (isBlocked(first) && others.every(({ answer }) => answer !== undefined && !isBlocked(answer))) {
      return skipped('only unknown programs are refused')
    }
    return bad(
      `HTTP ${status} for ${others.map(({ name }) => name).join(', ')}, and HTTP ${first.status} for others`,
      'A firewall refuses by the User-Agent. The hosts of these users say only that they cannot connect.',
      'Exempt this path. On Cloudflare: a WAF rule that skips Bot Fight Mode and "Block AI bots" for it.',
    )
  },
}

const isBlocked = ({ status }: Answer): boolean => status === 403 || status === 429

function askAs({ send }: Visit, agent: string): Promise<Answer> {
  const request = ask('server/discover')
  return send({ ...request, headers: { ...request.headers, 'user-agent': agent } })
}
