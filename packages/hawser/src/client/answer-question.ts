import { ConnectionError } from '../call/index.ts'
import { type ElicitResult, type InputResponse, isObject } from '../protocol/index.ts'
import type { AnswerContext, Answers } from './answers.ts'
import { fillForm } from './fill-form.ts'

/**
 * Has one question answered by the handler that is for it.
 *
 * @throws ConnectionError `bad_reply` when the server may not ask it; TypeError when the handler's answer cannot be sent;
 * whatever the handler throws.
 */
export async function answerQuestion(
  request: unknown,
  answers: Answers,
  context: AnswerContext,
): Promise<InputResponse> {
  const { key } = context
  const { method, params = {} } = isObject(request) ? request : {}
  if (!isObject(params)) throw undeclared(key, 'something without params')
  switch (method) {
    case 'elicitation/create':
      return elicit(params, answers, context)
    case 'sampling/createMessage':
      if (answers.sample === undefined) throw undeclared(key, 'for a model’s message')
      return answers.sample(params as never, context)
    case 'roots/list':
      if (answers.roots === undefined) throw undeclared(key, 'for folders')
      return { roots: await answers.roots(context) }
    default:
      throw undeclared(key, `for ${quote(method)}`)
  }
}

/** A request without a mode is a form. (client/elicitation#elicitation-requests) */
async function elicit(
  params: { readonly [name: string]: unknown },
  answers: Answers,
  context: AnswerContext,
): Promise<ElicitResult> {
  const { key } = context
  const { mode = 'form' } = params
  if (mode === 'url') {
    if (answers.visit === undefined) throw undeclared(key, 'to open a page')
    checkUrl(key, params['url'])
    return { action: checkAction(key, await answers.visit(params as never, context)).action }
  }
  if (mode !== 'form') throw undeclared(key, `in the mode ${quote(mode)}`)
  if (answers.elicit === undefined) throw undeclared(key, 'for a form')
  const { action, content } = checkAction(key, await answers.elicit(params as never, context))
  return action === 'accept'
    ? { action, content: fillForm(key, params['requestedSchema'] as never, content) }
    : { action }
}

/** The server's own words, cut to a length that fits a message. */
function quote(value: unknown): string | undefined {
  return JSON.stringify(value)?.slice(0, 64)
}

function undeclared(key: string, what: string): ConnectionError {
  return new ConnectionError(
    'bad_reply',
    `The server asked ${what} (${quote(key)}), which this client did not declare.`,
  )
}

/** Only web pages: a URL of another scheme could start a program. */
function checkUrl(key: string, url: unknown): void {
  const { protocol } = (typeof url === 'string' && URL.parse(url)) || {}
  if (protocol !== 'https:' && protocol !== 'http:') {
    throw new ConnectionError('bad_reply', `The server asked to open something that is not a web page (${quote(key)}).`)
  }
}

function checkAction(key: string, result: ElicitResult): ElicitResult {
  const action = isObject(result) ? result.action : undefined
  if (action === 'accept' || action === 'decline' || action === 'cancel') return result
  throw new TypeError(
    `The answer to "${key}" needs the action 'accept', 'decline' or 'cancel'; it was ${JSON.stringify(result)}.`,
  )
}
