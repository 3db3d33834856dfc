import { bad, type Check, good, note, skipped } from '../check.ts'
import { ask, describeAnswer, isJson, type Json, readReply } from '../messages.ts'
import { notLetIn, type Visit } from '../visit.ts'

/** Pages of a list that are looked through for the tool. */
const MAX_PAGES = 20

/** A tool is called only when somebody names it, and only when it says that it changes nothing. (server/tools#tool-annotations) */
export const calling: Check = {
  id: 'calling',
  title: 'Call',
  look: async (visit) => {
    const { call: name, discovered, sendAs } = visit
    if (name === undefined) return skipped('no tool was named: --call NAME calls one that only reads')
    const { answer, reply } = await discovered()
    if (answer.status === 401) return notLetIn(visit)
    if (reply?.result === undefined) return skipped('called in the present revision only')
    const tool = await findTool(visit, name)
    if (tool === undefined)
      return bad(`there is no tool ${name}`, 'The server does not list it.', 'See what it has: hawser list URL')
    const { annotations } = tool
    if (!isJson(annotations) || annotations['readOnlyHint'] !== true) {
      return skipped(`${name} does not say that it only reads, so it was not called`)
    }
    const called = await sendAs(ask('tools/call', { name, arguments: {} }, name))
    const said = readReply(called.text)
    if (said?.result?.['isError'] === true) {
      return note(
        `${name} answered with an error`,
        'It may need arguments; it was called without.',
        `Try: hawser call URL ${name}`,
      )
    }
    return said?.result === undefined
      ? bad(
          `${name}: ${said?.error === undefined ? describeAnswer(called) : `error ${said.error.code}`}`,
          'The call did not reach the tool, or it failed there.',
          'See what the log of the server says.',
        )
      : good(`${name} answered in ${Math.round(called.ms)} ms`)
  },
}

async function findTool({ sendAs }: Visit, name: string): Promise<Json | undefined> {
  let cursor: unknown
  for (let page = 0; page < MAX_PAGES; page++) {
    const params = typeof cursor === 'string' ? { cursor } : {}
    const { result = {} } = readReply((await sendAs(ask('tools/list', params))).text) ?? {}
    const { tools, nextCursor } = result
    const found = (Array.isArray(tools) ? tools : []).find((tool: unknown) => isJson(tool) && tool['name'] === name)
    if (found !== undefined) return found as Json
    if (typeof nextCursor !== 'string') return undefined
    cursor = nextCursor
  }
  return undefined
}
