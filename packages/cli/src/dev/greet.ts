import { createOutput } from '../output/create-output.ts'
import { cleanName } from '../output/sanitize.ts'
import { shellWord } from '../output/shell-word.ts'
import { findEndpoint } from './find-endpoint.ts'
import { offerInspector } from './inspector.ts'

/** Where a server runs while it is written. */
export interface Running {
  readonly origin: string
  /** `Workers` or `Node`, with what is worth knowing of it. */
  readonly runtime: string
  /** The folder of the project. */
  readonly folder: string
  /** Where state is kept from one start to the next, if somebody keeps it. */
  readonly state?: string | undefined
  /** The file to install into a host, where hosts can start it. */
  readonly file?: string | undefined
  readonly color: boolean | undefined
}

/** Finds the endpoint, and says where it is and what can be done with it. */
export async function greet({ origin, runtime, folder, state, file, color }: Running): Promise<void> {
  const { note, notePaint } = createOutput({ color })
  const { bold, cyan, dim, yellow } = notePaint
  const found = await findEndpoint(origin)
  if (found === undefined) {
    note(yellow(`Nothing at ${origin} speaks MCP, at /mcp or at /. Is the default export worker(server)?`))
    return
  }
  const { url, name, isClosed } = found
  note('')
  note(`${bold(name === undefined ? 'Your server' : cleanName(name))} at ${cyan(url)} ${dim(`on ${runtime}`)}`)
  note('')
  if (isClosed) note(line('Sign in', `hawser login ${url}`))
  note(line('Look', `hawser list ${url}`))
  note(line('Call', `hawser call ${url} TOOL`))
  note(line('Inspect', offerInspector(folder, url)))
  note(line('Install', `hawser install ${file === undefined ? url : shellWord(file)} --host HOST`))
  note(line('Share', `npx cloudflared tunnel --url ${origin} --http-host-header ${new URL(origin).host}`))
  if (isClosed) note(line('', 'Who signs in there needs its address as ORIGIN, and somebody who signs people in.'))
  if (state !== undefined) note(line('State', `${state}, kept until you delete it`))
  note('')
  note(dim('Changes are taken over when you save; clients stay connected. Ctrl-C ends it.'))
}

const line = (title: string, text: string): string => `  ${title.padEnd(9)}${text}`
