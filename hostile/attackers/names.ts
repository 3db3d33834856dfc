import { createSocket } from 'node:dgram'
import { type Answer, decode, encode } from 'dns-packet'

/** What a name server says of one name, when it is asked for the so-many-th time. */
export type Resolve = (name: string, count: number) => readonly Answer[] | 'silence' | 'failure' | 'garbage'

/** A name server of which a script says what it answers. */
export interface Names {
  readonly port: number
  /** How often somebody asked for the addresses (A) of a name. */
  readonly asked: (name: string) => number
}

const FAILURE = 2

export async function startNames(resolve: Resolve): Promise<Names> {
  const counts = new Map<string, number>()
  const socket = createSocket('udp4')
  socket.on('message', (message, { port, address }) => {
    const { id = 0, questions = [] } = decode(message)
    const [question] = questions
    if (question === undefined) return
    const name = question.name.toLowerCase()
    const count = (counts.get(name) ?? 0) + (question.type === 'A' ? 1 : 0)
    counts.set(name, count)
    const answer = resolve(name, count)
    if (answer === 'silence') return
    if (answer === 'garbage') return socket.send(Buffer.alloc(512, 0xc0), port, address)
    const answers = answer === 'failure' ? [] : answer.filter(({ type }) => type === question.type || type === 'CNAME')
    // Recursion is offered, as resolvers want it.
    const flags = 0x0180 | (answer === 'failure' ? FAILURE : 0)
    socket.send(encode({ type: 'response', id, flags, questions, answers }), port, address)
  })
  await new Promise<void>((bound) => void socket.bind(0, '127.0.0.1', bound))
  const { port } = socket.address()
  return { port, asked: (name) => counts.get(name) ?? 0 }
}
