import { DefinitionError, type Service } from '../call/index.ts'
import type { HttpReply, Landing } from '../http/index.ts'
import type { ServerCore } from '../server/index.ts'
import { describeServer } from './describe.ts'
import { renderPage } from './render.ts'
import { PAGE_HEADERS, wantsPage } from './serve-page.ts'

/** What the page cannot find out by itself. */
export interface LandingOptions {
  /**
   * Where clients reach the endpoint. For servers behind a proxy, which see neither the scheme nor the name by which they are
   * called; left out, it is the `resource` of a protected server, else what the browser asked for.
   */
  readonly url?: string | undefined
}

/**
 * Makes the page that people see who open the endpoint in a browser: what the server is, its tools with what they change and
 * take, and how each host connects. It shows what lists show to whoever has not signed in; clients of the protocol never see it.
 *
 * @example
 * await listen(server, { landing: landingPage() })
 * export default app.server({ tools, http: { landing: landingPage({ url: 'https://notes.example.com/mcp' }) } })
 * @throws DefinitionError `bad-landing` when `url` is no address of the web, or what is served is no server of `mcp()`.
 */
export function landingPage({ url }: LandingOptions = {}): Landing {
  if (url !== undefined && !/^https?:/.test(URL.parse(url)?.protocol ?? ''))
    throw bad(`\`url\` is no address of the web: ${url}`)
  return (service, isAllowed) => {
    if (!isServer(service)) throw bad('what is served was not made by mcp({ … }).')
    const shown = describeServer(service)
    const render = (address: string, cache: string): HttpReply => ({
      status: 200,
      headers: { ...PAGE_HEADERS, 'cache-control': cache },
      body: renderPage(service.info, shown, address, service.auth !== undefined),
    })
    const own = url ?? resourceOf(service)
    const page = own === undefined ? undefined : render(new URL(own).href, 'public, max-age=300')
    // One address at a time is kept: a server has one, and strangers can make up any number.
    let last: { readonly address: string; readonly page: HttpReply } | undefined
    return (request, path) => {
      if (!wantsPage(request.method, request.header('accept')) || !isAllowed(request)) return undefined
      if (page !== undefined) return page
      // The name may be used, but need not be one of the web; behind a proxy the scheme is not known.
      const asked = URL.parse(request.url ?? `http://${request.header('host')}`)
      const address = asked && URL.parse(asked.origin + (path ?? asked.pathname))?.href
      if (!address) return undefined
      if (last?.address !== address) last = { address, page: render(address, 'no-store') }
      return last.page
    }
  }
}

const bad = (problem: string): DefinitionError => new DefinitionError('bad-landing', `landingPage(): ${problem}`)

const isServer = (service: Service): service is ServerCore => 'parts' in service && 'info' in service

/** The address by which tokens name this server. (RFC 9728 §2) */
function resourceOf({ auth }: Service): string | undefined {
  const [json = '{}'] = auth?.documents.values() ?? []
  const { resource } = JSON.parse(json) as { readonly resource?: string }
  return resource
}
