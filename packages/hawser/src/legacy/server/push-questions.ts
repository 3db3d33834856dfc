import { ConnectionError, ProtocolError } from '../../call/index.ts'
import type { InputRequests, InputResponse, InputResponses } from '../../protocol/index.ts'
import { encodeNotification, encodeRequest, type ParsedFailure, type ParsedResponse } from '../../wire/json-rpc.ts'
import type { Revision } from '../revisions.ts'
import { expressQuestion, type OldQuestion } from './express-question.ts'

/** Milliseconds that a person may take; by default what was asked stays answerable for a little longer. */
const ANSWER_MS = 14 * 60_000

/** Most questions that one session may have open. */
const MAX_OPEN = 256

interface Open {
  readonly question: OldQuestion
  readonly resolve: (response: InputResponse) => void
  readonly reject: (error: Error) => void
}

/** Asks a client by requests of its own revision, and recognises its answers. */
export class Questions {
  readonly #revision: Revision
  readonly #open = new Map<number, Open>()
  #lastId: number

  /** Ids count on from those of questions that were asked before. */
  constructor(revision: Revision, lastId: number) {
    this.#revision = revision
    this.#lastId = lastId
  }

  get lastId(): number {
    return this.#lastId
  }

  get isEmpty(): boolean {
    return this.#open.size === 0
  }

  /**
   * Asks everything at once and resolves with all answers.
   *
   * @throws ConnectionError `aborted`; ProtocolError when the client does not answer what cannot be dismissed.
   */
  async ask(requests: InputRequests, send: (json: string) => void, signal: AbortSignal): Promise<InputResponses> {
    const keys = Object.keys(requests)
    if (this.#open.size + keys.length > MAX_OPEN) {
      throw new ProtocolError('missing_client_capability', `The session has ${MAX_OPEN} questions open already.`)
    }
    const stop = new AbortController()
    try {
      const whenOver = AbortSignal.any([signal, stop.signal])
      const pairs = keys.map(
        async (key) =>
          [key, await this.#push(expressQuestion(requests[key]!, this.#revision), send, whenOver)] as const,
      )
      return Object.fromEntries(await Promise.all(pairs))
    } finally {
      // When one of several cannot be answered, nobody needs the others any more.
      stop.abort(new ConnectionError('aborted', 'Another question was not answered.'))
    }
  }

  #push(question: OldQuestion, send: (json: string) => void, signal: AbortSignal): Promise<InputResponse> {
    const id = ++this.#lastId
    // First, since what a handler asks with may be no JSON.
    const request = encodeRequest(id, question.method, question.params)
    const { promise, resolve, reject } = Promise.withResolvers<InputResponse>()
    const withdraw = (error: Error): void => {
      if (!this.#open.has(id)) return
      send(encodeNotification('notifications/cancelled', { requestId: id, reason: 'Not needed any more.' }))
      reject(error)
    }
    const giveUp = (): void => {
      if (question.whenRefused !== undefined) resolve(question.whenRefused)
      withdraw(unanswered(question, `It took longer than ${ANSWER_MS / 60_000} minutes.`))
    }
    const timer = setTimeout(giveUp, ANSWER_MS)
    const leave = (): void => withdraw(new ConnectionError('aborted', 'The call was given up.'))
    signal.addEventListener('abort', leave, { once: true })
    this.#open.set(id, { question, resolve, reject })
    send(request)
    if (signal.aborted) leave()
    return promise.finally(() => {
      this.#open.delete(id)
      clearTimeout(timer)
      signal.removeEventListener('abort', leave)
    })
  }

  /** Takes what a client answered; what answers nothing is ignored. */
  take(message: ParsedResponse | ParsedFailure): void {
    const open = typeof message.id === 'number' ? this.#open.get(message.id) : undefined
    if (open === undefined) return
    const { question } = open
    if (message.kind === 'response') open.resolve(question.read(message.result))
    else if (question.whenRefused !== undefined) open.resolve(question.whenRefused)
    else open.reject(unanswered(question, message.error.message))
  }

  /** Nobody will answer any more. */
  close(): void {
    for (const { reject } of this.#open.values()) reject(new ConnectionError('disconnected', 'The session has ended.'))
  }
}

/** Clients choose the reason, so that it is short. */
function unanswered({ method }: OldQuestion, reason: string): ProtocolError {
  return new ProtocolError('missing_client_capability', `The client did not answer ${method}: ${reason.slice(0, 256)}`)
}
