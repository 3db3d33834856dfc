import { greet, readReply, type Reply, say } from './messages.ts'
import type { Answer } from './probe.ts'
import type { Visit } from './visit.ts'

/** How a server greets in a revision that has sessions. */
export interface Greeting {
  readonly answer: Answer
  readonly reply: Reply | undefined
  readonly version: string
  /** Not shown: whoever knows it is in the session. */
  readonly id: string | undefined
}

const greetings = new WeakMap<Visit, Promise<Greeting>>()

/** Greets the server once. A session that it opens for that has to be left. */
export function visitSession(visit: Visit): Promise<Greeting> {
  const known = greetings.get(visit)
  if (known !== undefined) return known
  const greeting = open(visit)
  greetings.set(visit, greeting)
  return greeting
}

async function open({ sendAs }: Visit): Promise<Greeting> {
  const answer = await sendAs(greet())
  const reply = readReply(answer.text)
  const version = reply?.result?.['protocolVersion']
  return {
    answer,
    reply,
    version: typeof version === 'string' ? version : '2025-11-25',
    id: reply?.result === undefined ? undefined : (answer.headers.get('mcp-session-id') ?? undefined),
  }
}

/** Leaves the session, if there is one. */
export async function leaveSession(visit: Visit): Promise<void> {
  const greeting = await greetings.get(visit)?.catch(() => undefined)
  if (greeting?.id === undefined) return
  const { headers } = say('', greeting.id, greeting.version)
  await visit.sendAs({ method: 'DELETE', ...(headers && { headers }), patience: 3000 }).catch(() => undefined)
}
