import { connect, type Interceptor, mcp, ProtocolError } from 'hawser'
import { mount } from 'hawser/compose'
import { serveStdio } from 'hawser/stdio'
import { isJson, type Json } from '../doctor/messages.ts'
import { shellWord } from '../output/shell-word.ts'
import { findSignIn } from '../target/signed-in.ts'
import { VERSION } from '../version.ts'

const CLIENT = { name: 'hawser-bridge', version: VERSION }
const NAME = 'bridged'
const NOTHING: Json = {}

/**
 * Serves what is at a URL on the standard streams of this process, under its own names, until the client goes away; resolves at once. Calls
 * are proven by what `hawser login` keeps, and renewed with it.
 *
 * @throws AuthorizationError when nobody has signed in, ConnectionError when nobody answers.
 */
export async function bridgeOverStdio(url: string): Promise<void> {
  const http = { auth: await findSignIn(url) }
  // What it calls itself, and whether it lets anybody in, is known before the host is served.
  await using client = await connect(url, { clientInfo: CLIENT, http })
  const { instructions, _meta } = await client.discover()
  const info: unknown = _meta?.['io.modelcontextprotocol/serverInfo']
  const { name, version, title } = isJson(info) ? info : NOTHING
  const { server } = mcp({
    name: isText(name) ? name : CLIENT.name,
    version: isText(version) ? version : CLIENT.version,
    title: isText(title) ? title : undefined,
    instructions,
  })
  const there = mount(url, { prefix: '', http, use: [sayHowToSignIn(url)], asks: ['form', 'url', 'sampling', 'roots'] })
  serveStdio(server({ mounts: { [NAME]: there } }))
}

/** What a stranger says of itself may be anything. */
const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

/** Nobody can be asked while a host waits, so the person is told where to sign in. */
const sayHowToSignIn =
  (url: string): Interceptor =>
  (next) =>
  async (call) => {
    try {
      return await next(call)
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'AuthorizationError') throw error
      const scopes = 'scopes' in error && Array.isArray(error.scopes) ? error.scopes.map(String) : []
      const more = scopes.map((scope) => ` --scope ${shellWord(scope)}`).join('')
      throw new ProtocolError(
        'internal_error',
        `The server wants you to sign in. In a terminal: hawser login ${shellWord(url)}${more}`,
      )
    }
  }
