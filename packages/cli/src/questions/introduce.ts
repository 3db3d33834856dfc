import { cleanLine } from '../output/sanitize.ts'
import type { Asking } from './ask-form.ts'
import type { Context } from './question.ts'

/** Says who asks and for what, so that nobody answers a stranger. (client/elicitation#user-interaction-model) */
export function introduce(
  { call: { method, params }, round }: Context,
  { output: { note, notePaint }, server }: Pick<Asking, 'output' | 'server'>,
): void {
  const what = 'name' in params ? params.name : 'uri' in params ? params.uri : method
  const again = round > 1 ? ` (round ${round})` : ''
  note(notePaint.dim(`To go on with ${cleanLine(what)}, the server ${cleanLine(server)} asks${again}:`))
}
