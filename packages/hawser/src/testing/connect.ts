import { type Handle, type Link, SERVED, type Serves } from '../call/index.ts'
import { isObject } from '../protocol/index.ts'
import { type Answers, type Client, type ClientOptions, createClient } from '../client/index.ts'
import { connectHttp } from '../http/index.ts'
import { createLoopback, isLocal, type Local, type LoopbackOptions } from '../wire/loopback.ts'
import { recordTrace, type TraceEntry } from './record-trace.ts'
import { type Script, scriptAnswers } from './script-answers.ts'

/** A client that answers from a script and remembers what it sent and got. */
export interface TestClient<S = unknown> extends Client<S> {
  /** Every request so far with its reply. The same run gives the same trace, so it can be a snapshot. */
  readonly trace: readonly TraceEntry[]
}

/** Who the client is, what it answers, and how long it waits. */
export interface TestOptions extends Omit<ClientOptions, 'answers'>, LoopbackOptions {
  /** Answers by the key of their question. */
  readonly answers?: Script | undefined
  /** Ways in which this client can be asked; both when left out, none to see how a server does without. */
  readonly can?: readonly ('form' | 'url')[] | undefined
  /** @deprecated The spec retires sampling. */
  readonly sample?: Answers['sample'] | undefined
  /** @deprecated The spec retires roots. */
  readonly roots?: Answers['roots'] | undefined
}

/**
 * Connects to a server as somebody, or to that of a Worker, with the answers to its questions. A question without an answer fails the call.
 *
 * @throws TypeError when the target cannot be connected to.
 * @example
 * await using notes = await connect(server, { as: { subject: 'ada', scopes: ['notes:write'] }, answers: { confirm: true, keep: { keep: false } } })
 * expect(await notes.tools.wipe()).toMatch('Deleted 3 notes')
 * expect(notes.trace).toMatchSnapshot()
 */
export function connect<S extends Local>(server: S, options?: TestOptions): Promise<TestClient<S>>
export function connect<S extends Local>(worker: Serves<S>, options?: TestOptions): Promise<TestClient<S>>
export function connect<S = unknown>(
  target: Local | URL | string | Link | Handle,
  options?: TestOptions,
): Promise<TestClient<S>>
export async function connect(
  given: Local | Serves<Local> | URL | string | Link | Handle,
  { as, env, answers = {}, can = ['form', 'url'], sample, roots, use = [], ...options }: TestOptions = {},
): Promise<TestClient> {
  const target = serves(given) ? given[SERVED] : given
  const remote = typeof target === 'string' || target instanceof URL
  const way = isLocal(target) ? createLoopback(target, { as, env }) : remote ? connectHttp(target) : target
  const trace: TraceEntry[] = []
  const client = createClient(way, {
    ...options,
    use: [recordTrace(trace), ...use],
    answers: { ...scriptAnswers(answers, can), sample, roots },
  })
  return { ...client, trace }
}

const serves = (value: unknown): value is Serves<Local> => isObject(value) && SERVED in value && isLocal(value[SERVED])
