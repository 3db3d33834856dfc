import type { Call } from '../call/index.ts'
import type { AnswerContext, Answers } from '../client/index.ts'
import type { ElicitForm, ElicitResult, ElicitUrl } from '../protocol/index.ts'

/**
 * `true` accepts, `false` declines, `'cancel'` dismisses; an object accepts a form with that content, to which the
 * form's defaults are added.
 */
export type ScriptedAnswer = boolean | 'cancel' | NonNullable<ElicitResult['content']>

/** Answers by the key of their question. A function is given the question, each time that it is asked. */
export interface Script {
  readonly [key: string]:
    | ScriptedAnswer
    | ((question: ElicitForm | ElicitUrl, context: AnswerContext) => ScriptedAnswer | Promise<ScriptedAnswer>)
}

/**
 * Answers as scripted. A question that the script does not foresee fails the call that asked it, and so does one that is
 * asked again because the fixed answer to it was not accepted.
 */
export function scriptAnswers(script: Script, can: readonly ('form' | 'url')[]): Answers {
  const answered = new WeakMap<Call, Set<string>>()
  const answer = async (question: ElicitForm | ElicitUrl, context: AnswerContext): Promise<ElicitResult> => {
    const { key, call } = context
    const scripted = Object.hasOwn(script, key) ? script[key] : undefined
    if (scripted === undefined) {
      throw new Error(
        `Unanswered question "${key}": ${question.message}\nGive it an answer: answers: { ${JSON.stringify(key)}: … }.`,
      )
    }
    if (typeof scripted === 'function') return toResult(await scripted(question, context))
    const keys = answered.get(call) ?? new Set()
    answered.set(call, keys)
    if (keys.has(key)) {
      throw new Error(
        `The question "${key}" was asked again after ${JSON.stringify(scripted)}: ${question.message}\nUse a function to answer differently.`,
      )
    }
    keys.add(key)
    return toResult(scripted)
  }
  return { ...(can.includes('form') && { elicit: answer }), ...(can.includes('url') && { visit: answer }) }
}

function toResult(answer: ScriptedAnswer): ElicitResult {
  if (typeof answer === 'object') return { action: 'accept', content: answer }
  if (answer === 'cancel') return { action: 'cancel' }
  return { action: answer ? 'accept' : 'decline' }
}
