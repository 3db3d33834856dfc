import { badReply, type ConnectionError } from '../call/index.ts'
import { type ElicitResult, type InputResponse, isObject, type Root } from '../protocol/index.ts'
import type { AnswerContext, AnswersTo } from './answers.ts'
import { fillForm } from './fill-form.ts'

/**
 * Has one question answered by the handler that is for it.
 *
 * @throws ConnectionError `bad_reply` when the server may not ask it; TypeError when the handler's answer cannot be sent;
 * whatever the handler throws.
 */
export async function answerQuestion<Context extends Pick<AnswerContext, 'key'>>(
  request: unknown,
  { elicit, visit, sample, roots }: AnswersTo<Context>,
  context: Context,
): Promise<InputResponse> {
  const { key } = context
  const { method, params = {} } = isObject(request) ? request : {}
  if (!isObject(params)) throw refuse(key, 'something without params')
  // A request without a mode is a form. (client/elicitation#elicitation-requests)
  const { mode = 'form', requestedSchema, url } = params
  const kind = method === 'elicitation/create' ? [method, mode].join() : method
  if (kind === 'elicitation/create,form' && elicit) {
    const { action, content } = checkAction(key, await elicit(params as never, context))
    return action === 'accept' ? { action, content: fillForm(key, requestedSchema as never, content) } : { action }
  }
  if (kind === 'elicitation/create,url' && visit) {
    // Only web pages: a URL of another scheme could start a program.
    if (typeof url !== 'string' || !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
      throw refuse(key, 'to open what is no web page')
    return { action: checkAction(key, await visit(params as never, context)).action }
  }
  if (kind === 'sampling/createMessage' && sample) {
    // Declared apart, which this client never does. (client/sampling#tools-in-sampling)
    if (params['tools'] !== undefined || params['toolChoice'] !== undefined)
      throw refuse(key, 'for a message made with tools, which this client did not declare')
    return sample(params as never, context)
  }
  if (kind === 'roots/list' && roots) return { roots: (await roots(context)).map(checkRoot) }
  throw refuse(key, `for ${quote(kind)}, which this client did not declare`)
}

function refuse(key: string, what: string): ConnectionError {
  return badReply(`The server asked ${what} (question ${quote(key)}).`)
}

/** The server's own words, cut to a length that fits a message. */
function quote(value: unknown): string | undefined {
  return JSON.stringify(value)?.slice(0, 64)
}

/** A folder of this machine, by a path that does not climb. (client/roots#root, #security-considerations) */
function checkRoot(root: Root): Root {
  const { uri } = root
  if (uri.startsWith('file://') && !/(?:\/|%2f)(?:\.|%2e){2}(?:\/|%2f|$)/i.test(uri)) return root
  throw new TypeError(`A root needs a file:// URI without "..", got "${uri}".`)
}

function checkAction(key: string, result: ElicitResult): ElicitResult {
  const action = isObject(result) ? result.action : undefined
  if (action === 'accept' || action === 'decline' || action === 'cancel') return result
  throw new TypeError(
    `The answer to "${key}" needs the action 'accept', 'decline' or 'cancel'; it was ${JSON.stringify(result)}.`,
  )
}
