import {
  type Agreed,
  type Call,
  ConnectionError,
  isReceived,
  type Link,
  ProtocolError,
  after,
} from '../../call/index.ts'
import { isObject, PROTOCOL_VERSION } from '../../protocol/index.ts'
import { encodeParams } from '../../wire/request.ts'
import { type Conversation, createConversation } from './conversation.ts'
import { type Era, eraOf, judgeAnswer } from './era.ts'
import { type LinesChannel, openLines } from './lines-channel.ts'
import { openSession, type Session } from './session.ts'
import { createSessions, type Sessions } from './sessions.ts'

/** How long a server may be silent before it is also greeted in the old way, in milliseconds. */
const SILENCE = 2000

const PRESENT: Agreed = { protocolVersion: PROTOCOL_VERSION, transport: 'stdio' }

/** Makes the sessions of a link. Each process is asked anew what it speaks, unless the one before it was of the past. */
export function probeLink(link: Link, takeLines: NonNullable<Link['takeLines']>): Sessions {
  let wasPast = false

  const converse = (): readonly [Conversation, LinesChannel] => {
    let channel: LinesChannel | undefined
    const conversation = createConversation((inbox) => (channel = openLines(takeLines, inbox)))
    return [conversation, channel as LinesChannel]
  }

  const stay = (conversation: Conversation, channel: LinesChannel): Session => {
    wasPast = false
    // Nothing of the old greeting may reach what is sent from now on.
    conversation.drop(new ConnectionError('aborted', 'The server speaks the present revision.'))
    channel.giveBack()
    return { handle: link.handle, agreed: PRESENT, conversation }
  }

  const goBack = async (conversation: Conversation, call: Call): Promise<Session> => {
    const session = await openSession(conversation, call)
    wasPast = true
    return session
  }

  const ask = async (call: Call): Promise<Session> => {
    const [conversation, channel] = converse()
    const { result, fail } = conversation.start('server/discover', encodeParams({ ...call, params: {} }))
    const verdict = result.then(judgeAnswer, judgeRefusal)
    const { promise: silent, resolve } = Promise.withResolvers<'silent'>()
    const stop = after(SILENCE, () => resolve('silent'))
    const first = await Promise.race([verdict, silent])
      .catch((error: unknown) => {
        if (!hasExited(error)) throw error
        return 'gone' as const
      })
      .finally(stop)
    if (first === 'present') return stay(conversation, channel)
    // Some end at the first message that they do not know.
    if (first === 'gone') return goBack(converse()[0], call)
    const greeted = goBack(conversation, call)
    if (first === 'past') return greeted
    // A server that is slow to start answers both, what it was asked first first.
    const stopAsking = (): void => fail(new ConnectionError('aborted', 'The server was greeted instead.'))
    greeted.catch(() => after(SILENCE, stopAsking))
    const late = verdict.then((era) => (era === 'present' ? stay(conversation, channel) : greeted))
    return Promise.any([greeted, late])
      .catch(() => greeted)
      .finally(stopAsking)
  }

  const open = async (call: Call): Promise<Session> => {
    if (!wasPast) return ask(call)
    return goBack(converse()[0], call).catch((error: unknown) => {
      if (!(error instanceof ProtocolError)) throw error
      // It is not what it was.
      wasPast = false
      return ask(call)
    })
  }

  return createSessions(open)
}

/** Only an error of the present revision identifies it. */
function judgeRefusal(error: unknown): Exclude<Era, 'either'> {
  if (error instanceof ProtocolError && isReceived(error)) return eraOf(error) === 'present' ? 'present' : 'past'
  throw error
}

/** Whether a process has run and ended by itself, rather than failed to start. */
const hasExited = (error: unknown): boolean =>
  error instanceof ConnectionError && isObject(error.cause) && typeof error.cause['exitCode'] === 'number'
