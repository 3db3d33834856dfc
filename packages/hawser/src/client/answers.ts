import type { Call } from '../call/index.ts'
import {
  type ClientCapabilities,
  type CreateMessageParams,
  type CreateMessageResult,
  type ElicitForm,
  type ElicitResult,
  type ElicitUrl,
  type Extensions,
  isExtensionId,
  type Root,
} from '../protocol/index.ts'

type Sync<T> = T | Promise<T>

/** Where a question comes from. */
export interface AnswerContext {
  /** The server's name for the question. */
  readonly key: string
  /** What cannot be completed without the answer. Show it, so that the person knows who asks and why. */
  readonly call: Call
  /** How often the server has asked during this call, this time included. */
  readonly round: number
  /** Aborts when the answer is not wanted any more. */
  readonly signal: AbortSignal
}

/**
 * Answers what servers ask in the middle of a call. What has a handler here is declared as a capability, and nothing
 * else, so that a server never asks in vain. (client/elicitation#capabilities)
 *
 * @example
 * const answers: Answers = {
 *   elicit: async ({ message }) => ((await ask(message)) ? { action: 'accept' } : { action: 'decline' }),
 * }
 */
export type Answers = AnswersTo<AnswerContext>

/** Answers that are told as much of where a question comes from. */
export interface AnswersTo<Context> {
  /** Shows a form. Fields that are left out get the defaults of the form. */
  readonly elicit?: ((form: ElicitForm, context: Context) => Sync<ElicitResult>) | undefined
  /**
   * Offers a page to open. Show the whole URL, with its host, and open it only when the person agrees; nothing is
   * opened or fetched by itself. (client/elicitation#safe-url-handling)
   */
  readonly visit?: ((page: ElicitUrl, context: Context) => Sync<ElicitResult>) | undefined
  /** @deprecated The spec retires sampling. Asks the client's model. */
  readonly sample?: ((params: CreateMessageParams, context: Context) => Sync<CreateMessageResult>) | undefined
  /** @deprecated The spec retires roots. Tells which folders are worked in. */
  readonly roots?: ((context: Context) => Sync<readonly Root[]>) | undefined
}

/**
 * What a client with these answers can be asked for.
 *
 * @throws TypeError for an extension whose identifier is none.
 */
export function declareCapabilities(answers: Answers, extensions: Extensions | undefined): ClientCapabilities {
  const wrong = Object.keys(extensions ?? {}).find((id) => !isExtensionId(id))
  if (wrong !== undefined) throw new TypeError(`The extension "${wrong}" needs an identifier such as "com.example/x".`)
  const { elicit, visit, sample, roots } = answers
  return {
    ...((elicit ?? visit) && { elicitation: { ...(elicit && { form: {} }), ...(visit && { url: {} }) } }),
    ...(sample && { sampling: {} }),
    ...(roots && { roots: {} }),
    ...(extensions && { extensions }),
  }
}
