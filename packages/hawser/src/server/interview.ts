import { type Call, DeclinedError } from '../call/index.ts'
import {
  type CreateMessageParams,
  type CreateMessageResult,
  type InputRequest,
  type InputRequests,
  type InputResponse,
  type InputResponses,
  isObject,
  type JsonValue,
  type Root,
} from '../protocol/index.ts'
import { toElicitationSchema } from '../schema/elicitation-schema.ts'
import { describeIssues } from '../schema/issues.ts'
import type { InferOutput, StandardSchema } from '../schema/standard-schema.ts'
import type { Sync } from './definitions.ts'
import { checkCapabilities } from './questions.ts'
import type { Memory } from './request-state.ts'

/** A form for the person behind the client. */
export interface Question<Answer extends StandardSchema> {
  readonly message: string
  /** A flat object of strings, numbers, booleans and choices. (client/elicitation#requested-schema) */
  readonly answer: Answer
}

/** Thrown through a handler that waits for an answer, so that its `finally` runs. */
class Suspension extends Error {
  override readonly name = 'Suspension'
}

/** Says what is wrong with an answer, so that the question is asked again. */
class UnusableAnswer extends Error {}

type Fields = { readonly [name: string]: unknown }

/** Real timers are taken when the module loads, so that a test's fake clock does not hold questions back. */
const later = globalThis.setTimeout

/** Work that has begun is seen to its end before a question suspends the handler, so neither would come first. */
const NOT_INSIDE = 'Ask before once, not inside it.'

const MAX_ROUNDS = 32
const MAX_KEY_CHARS = 128

interface Pending {
  readonly request: InputRequest
  readonly promise: Promise<never>
  readonly reject: (reason: Suspension) => void
}

/**
 * What one call asks and remembers. A client may send answers ahead of the first round, as it vouches for them either
 * way; only a confirmation must have been asked. A question without an answer suspends the handler; on the retry the handler runs
 * again from its start, and what was answered or done `once` resolves at once. (basic/patterns/mrtr)
 */
export class Interview {
  readonly #call: Call
  readonly #memory: Memory
  readonly #given: InputResponses
  readonly #answers: Map<string, InputResponse>
  readonly #results: Map<string, JsonValue>
  readonly #pending = new Map<string, Pending>()
  readonly #working = new Map<string, Promise<JsonValue>>()
  /** The `once` whose work is being called at this moment. */
  #starting: string | undefined
  #suspended = false
  #confirmKey: string | undefined
  readonly #onSuspend: (stuck: boolean) => void

  constructor(call: Call, memory: Memory, given: InputResponses, onSuspend: (stuck: boolean) => void) {
    this.#call = call
    this.#onSuspend = onSuspend
    this.#memory = memory
    this.#given = given
    this.#answers = new Map(memory.answers)
    this.#results = new Map(memory.results)
  }

  async ask<Answer extends StandardSchema>(
    key: string,
    { message, answer }: Question<Answer>,
  ): Promise<InferOutput<Answer>> {
    if (key === this.#confirmKey) throw new Error(`The key "${key}" is that of \`confirm\`; ask under another one.`)
    const read = async (response: Fields): Promise<InferOutput<Answer>> => {
      const content = readAccepted(key, response)
      const result = await answer['~standard'].validate(content)
      if (result.issues !== undefined) throw new UnusableAnswer(describeIssues(result.issues, content))
      return result.value
    }
    return this.#resolve(key, read, (note) => ({
      method: 'elicitation/create',
      params: { mode: 'form', message: message + note, requestedSchema: toElicitationSchema(answer) },
    }))
  }

  /** Yes, or a `DeclinedError`. */
  async confirm(key: string, message: string): Promise<void> {
    this.#confirmKey = key
    const requestedSchema = { type: 'object', properties: {} } as const
    await this.#resolve(key, readAccepted.bind(undefined, key), (note) => ({
      method: 'elicitation/create',
      params: { mode: 'form', message: message + note, requestedSchema },
    }))
  }

  async visit(key: string, { message, url }: { readonly message: string; readonly url: string | URL }): Promise<void> {
    await this.#resolve(key, readAccepted.bind(undefined, key), (note) => ({
      method: 'elicitation/create',
      params: { mode: 'url', message: message + note, url: new URL(url).href },
    }))
  }

  async sample(key: string, params: CreateMessageParams): Promise<CreateMessageResult> {
    const read = (response: Fields): CreateMessageResult => {
      if (!('role' in response && 'content' in response)) throw new UnusableAnswer('Not a message.')
      return response as unknown as CreateMessageResult
    }
    return this.#resolve(key, read, () => ({ method: 'sampling/createMessage', params }))
  }

  async roots(key: string): Promise<readonly Root[]> {
    const read = ({ roots }: Fields): readonly Root[] => {
      if (!Array.isArray(roots)) throw new UnusableAnswer('Not a list of roots.')
      return roots
    }
    return this.#resolve(key, read, () => ({ method: 'roots/list' }))
  }

  async once<T>(key: string, run: () => Sync<T>): Promise<T> {
    checkKey(key)
    const known = this.#results.get(key)
    if (known !== undefined) return known as T
    if (this.#suspended) return this.#leaveWaiting()
    const working = this.#working.get(key)
    if (working !== undefined) return (await working) as T
    const work = (async () => {
      const value = toJson(key, await this.#start(key, run))
      this.#results.set(key, value)
      return value
    })()
    this.#working.set(key, work)
    return (await work) as T
  }

  #start<T>(key: string, run: () => Sync<T>): Sync<T> {
    const outer = this.#starting
    this.#starting = key
    try {
      return run()
    } finally {
      this.#starting = outer
    }
  }

  /** Why the handler may be waiting for ever, for its author. */
  get stuck(): string | undefined {
    const [question] = this.#pending.keys()
    const [work] = this.#working.keys()
    if (question === undefined || work === undefined) return undefined
    return `"${question}" is asked when once("${work}") ends. ${NOT_INSIDE}`
  }

  /** Whether the handler stopped to wait for an answer; whatever it does after that does not count. */
  get suspended(): boolean {
    return this.#suspended
  }

  /** What is to be asked now, and what to remember until the answers come. */
  get outcome(): { readonly questions: InputRequests; readonly memory: Memory } {
    const questions = Object.fromEntries([...this.#pending].map(([key, { request }]) => [key, request]))
    const asked = new Set(this.#pending.keys())
    return {
      questions,
      memory: { answers: this.#answers, results: this.#results, asked, round: this.#memory.round + 1 },
    }
  }

  /** The answer to a question, or a suspension until there is one. */
  async #resolve<T>(
    key: string,
    read: (response: Fields) => Sync<T>,
    compose: (note: string) => InputRequest,
  ): Promise<T> {
    checkKey(key)
    if (this.#starting !== undefined)
      throw new Error(`"${key}" is asked inside once("${this.#starting}"). ${NOT_INSIDE}`)
    const isExpected = this.#memory.asked.has(key) || (this.#memory.round === 0 && key !== this.#confirmKey)
    const fresh = isExpected && Object.hasOwn(this.#given, key) ? this.#given[key] : undefined
    const response = this.#answers.get(key) ?? fresh
    let note = ''
    if (response !== undefined) {
      // Kept before it is read: a refusal counts in later rounds as well.
      this.#answers.set(key, response)
      try {
        return await read(isObject(response) ? response : {})
      } catch (error) {
        if (!(error instanceof UnusableAnswer)) throw error
        this.#answers.delete(key)
        note = `\n${error.message}`
      }
    }
    const request = compose(note)
    checkCapabilities(this.#call.clientCapabilities, request, `The question "${key}" cannot be asked.`)
    return this.#suspend(key, request)
  }

  #suspend(key: string, request: InputRequest): Promise<never> {
    if (this.#suspended) return this.#leaveWaiting()
    if (this.#memory.round >= MAX_ROUNDS) throw new Error(`The handler still asks after ${MAX_ROUNDS} rounds.`)
    const known = this.#pending.get(key)
    if (known !== undefined) return known.promise
    const { promise, reject } = Promise.withResolvers<never>()
    // A question that nobody awaits must not bring the process down.
    promise.catch(() => {})
    this.#pending.set(key, { request, promise, reject })
    if (this.#pending.size === 1) void this.#collect()
    return promise
  }

  /** A handler that swallowed its suspension and goes on is left waiting, so that it can neither act nor spin. */
  #leaveWaiting(): Promise<never> {
    this.#onSuspend(true)
    return new Promise(() => {})
  }

  /** Waits a turn of the event loop, so that questions started together go out together, and for `once` work under way. */
  async #collect(): Promise<void> {
    await new Promise((resolve) => later(resolve, 0))
    while (this.#working.size > 0) {
      const work = [...this.#working]
      await Promise.allSettled(work.map(([, promise]) => promise))
      for (const [key] of work) this.#working.delete(key)
    }
    this.#suspended = true
    for (const { reject } of this.#pending.values()) reject(new Suspension())
    this.#onSuspend(false)
  }
}

/** The content of an accepted form or page. */
function readAccepted(key: string, { action, content }: Fields): Fields {
  if (action === 'decline' || action === 'cancel') throw new DeclinedError(key, action)
  if (action !== 'accept') throw new UnusableAnswer('The last answer had no action.')
  return isObject(content) ? content : {}
}

function checkKey(key: string): void {
  if (key === '' || key.length > MAX_KEY_CHARS)
    throw new Error(`Keys of ask and once have 1 to ${MAX_KEY_CHARS} characters, not ${key.length}.`)
}

/** What `once` returns must read the same after it has travelled. */
function toJson(key: string, value: unknown): JsonValue {
  const json = JSON.stringify(value ?? null)
  if (json === undefined) throw new Error(`once("${key}") returned a ${typeof value}, which JSON cannot carry.`)
  return JSON.parse(json) as JsonValue
}
