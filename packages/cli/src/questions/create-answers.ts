import type { Answers } from 'hawser'
import type { Output } from '../output/create-output.ts'
import type { Progress } from '../output/progress.ts'
import type { Interrupt } from '../target/interrupt.ts'
import type { Answer, Context, Form, Page } from './question.ts'
import { answerForm, answerPage, describeForm, notAccepted, quote, readScript, unanswered } from './script.ts'

/**
 * Answers what servers ask: first from the command line, then by asking the person at the terminal, one question at a
 * time. Both kinds of questions are declared even without a terminal, so that the message can say what was asked.
 *
 * @throws Failure when an answer of the command line is malformed.
 */
export function createAnswers(
  given: readonly string[],
  progress: Progress,
  output: Output,
): (interrupt: Interrupt, server: string) => Answers {
  const script = readScript(given)
  const used = new Set<string>()
  let turn: Promise<unknown> = Promise.resolve()

  /** Questions that come together are asked one after the other. */
  const inTurn = (ask: () => Promise<Answer>): Promise<Answer> => {
    const asked = turn.then(() => progress.pauseWhile(ask))
    turn = asked.catch(() => {})
    return asked
  }

  const scripted = (context: Context, question: Form | Page): string | undefined => {
    const text = script.get(context.key)
    if (text === undefined) return undefined
    if (used.has(context.key)) throw notAccepted(context, question)
    used.add(context.key)
    return text
  }

  return (interrupt, server) => ({
    elicit: async (form, context) => {
      const text = scripted(context, form)
      if (text !== undefined) return answerForm(form, context, text)
      if (!isAnybodyThere())
        throw unanswered(`The server asks "${context.key}",`, form, describeForm(form, context.key))
      return inTurn(async () => (await import('./ask-form.ts')).askForm(form, context, { interrupt, output, server }))
    },
    visit: async (page, context) => {
      const text = scripted(context, page)
      if (text !== undefined) return answerPage(context, text)
      if (!isAnybodyThere()) {
        throw unanswered(`The server asks to visit a page ("${context.key}"),`, page, [
          page.url,
          `Visit it yourself, then: --answer ${quote(`${context.key}=accept`)}`,
        ])
      }
      return inTurn(async () => (await import('./ask-page.ts')).askPage(page, context, { interrupt, output, server }))
    },
  })
}

/** Questions are shown on standard error, since results may go to a file. */
const isAnybodyThere = (): boolean => process.stdin.isTTY && process.stderr.isTTY
