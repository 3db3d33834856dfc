/** The parts of a JSON-RPC answer that the probes look at. */
export interface Answer {
  readonly id?: string | number
  readonly result?: {
    readonly content?: readonly { readonly text?: string }[]
    readonly isError?: boolean
    readonly tools?: readonly { readonly name: string; readonly inputSchema: object }[]
    readonly nextCursor?: string
  }
  readonly error?: { readonly code: number; readonly message: string }
}

/** Reads an answer body: one JSON object, or an SSE stream whose last `data:` line is the answer. */
export const parseAnswer = (text: string): Answer => {
  const at = text.startsWith('{') ? -1 : text.lastIndexOf('data:')
  const json = at < 0 ? text : text.slice(at + 5, text.indexOf('\n', at) < 0 ? undefined : text.indexOf('\n', at))
  return JSON.parse(json) as Answer
}

const shown = (answer: Answer) => JSON.stringify(answer).slice(0, 300)

/** Throws unless the answer is the echoed text. */
export const checkEcho = (answer: Answer, text: string): void => {
  const found = answer.result?.content?.[0]?.text
  if (found !== text) throw new Error(`expected the echo ${JSON.stringify(text)}, came ${shown(answer)}`)
}

/** Throws unless the answer refuses the call, as a JSON-RPC error or as a tool error. */
export const checkRefusal = (answer: Answer): void => {
  if (answer.error === undefined && answer.result?.isError !== true)
    throw new Error(`expected wrong arguments to be refused, came ${shown(answer)}`)
}
