import {
  type CreateMessageParams,
  type ElicitResult,
  type InputRequest,
  type InputResponse,
  isObject,
  type SamplingMessage,
} from '../../protocol/index.ts'
import { hasFeature, type Revision } from '../revisions.ts'
import { expressForm } from './express-form.ts'

type Fields = { readonly [name: string]: unknown }

/** A question as it is pushed to a client of an earlier revision. */
export interface OldQuestion {
  readonly method: InputRequest['method']
  readonly params: object | undefined
  /** What the client's result answers. */
  readonly read: (result: Fields) => InputResponse
  /** What an error of the client answers; without it the call fails. */
  readonly whenRefused?: InputResponse
}

/** Clients say by an error, too, that nobody answered. */
const DISMISSED: ElicitResult = { action: 'cancel' }

export function expressQuestion(request: InputRequest, revision: Revision): OldQuestion {
  const { method } = request
  const read = (result: Fields): InputResponse => result as unknown as InputResponse
  switch (method) {
    case 'elicitation/create': {
      const { params } = request
      if (params.mode === 'url') {
        return { method, params: { ...params, elicitationId: crypto.randomUUID() }, read, whenRefused: DISMISSED }
      }
      const { mode, message, requestedSchema } = params
      const { schema, restore } = expressForm(requestedSchema, revision)
      return {
        method,
        params: { ...(hasFeature(revision, 'urlElicitation') && { mode }), message, requestedSchema: schema },
        read: (result) =>
          read(isObject(result['content']) ? { ...result, content: restore(result['content'] as Content) } : result),
        whenRefused: DISMISSED,
      }
    }
    case 'sampling/createMessage':
      return { method, params: expressSampling(request.params, revision), read }
    case 'roots/list':
      return { method, params: undefined, read }
  }
}

type Content = NonNullable<ElicitResult['content']>

/** Several blocks of one message become as many messages. */
function expressSampling(params: CreateMessageParams, revision: Revision): CreateMessageParams {
  if (hasFeature(revision, 'samplingTools')) return params
  const single = ({ role, content }: SamplingMessage): readonly SamplingMessage[] =>
    (Array.isArray(content) ? content : [content]).map((block) => ({ role, content: block }))
  return { ...params, messages: params.messages.flatMap(single) }
}
