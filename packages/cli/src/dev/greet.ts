import { createOutput } from '../output/create-output.ts'
import { cleanName } from '../output/sanitize.ts'
import { shellWord } from '../output/shell-word.ts'
import { findEndpoints } from './find-endpoint.ts'
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

/** Finds the endpoints, and says where they are and what can be done with the first. */
export async function greet({ origin, runtime, folder, state, file, color }: Running): Promise<void> {
  const { note, notePaint } = createOutput({ color })
  const { bold, cyan, dim, yellow } = notePaint
  const found = await findEndpoints(origin)
  const [first] = found
  if (first === undefined) {
    note(`It runs at ${cyan(origin)} ${dim(`on ${runtime}`)}`)
    note(yellow('No server answers there at /mcp or at /. If one should: is the default export worker(server)?'))
    return
  }
  const { url, name, isClosed } = first
  const isSuite = found.length > 1
  const title = isSuite ? `${found.length} servers` : name === undefined ? 'Your server' : cleanName(name)
  note('')
  note(`${bold(title)} at ${cyan(isSuite ? origin : url)} ${dim(`on ${runtime}`)}`)
  note('')
  if (isSuite) for (const [index, server] of found.entries()) note(line(index === 0 ? 'Servers' : '', cyan(server.url)))
  if (isClosed) note(line('Sign in', `npx hawser login ${url}`))
  note(line('Look', `npx hawser list ${url}`))
  note(line('Call', `npx hawser call ${url} TOOL`))
  note(line('Inspect', offerInspector(folder, url)))
  note(line('Install', `npx hawser install ${file === undefined ? url : shellWord(file)} --host HOST`))
  note(line('Share', `npx cloudflared tunnel --url ${origin} --http-host-header ${new URL(origin).host}`))
  if (isClosed) note(line('', 'Who signs in there needs its address as ORIGIN, and somebody who signs people in.'))
  if (state !== undefined) note(line('State', `${state}, kept until you delete it`))
  note('')
  note(dim('Changes are taken over when you save; clients stay connected. Ctrl-C ends it.'))
}

const line = (title: string, text: string): string => `  ${title.padEnd(9)}${text}`
