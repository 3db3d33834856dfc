import type { IndexPage } from '../http/index.ts'
import { renderIndex } from './render-index.ts'
import { PAGE_HEADERS, wantsPage } from './serve-page.ts'

/** What the page is about. */
export interface IndexPageOptions {
  /** What stands above the list. */
  readonly title: string
  /** A sentence below it. */
  readonly about?: string | undefined
}

/**
 * Makes the page that people see who open the host of several servers: which there are, each with a link to its own page.
 *
 * @example
 * export default suite({ catalogue, orders }, { landing: landingPage(), index: indexPage({ title: 'Harbour shop' }) })
 */
export function indexPage(options: IndexPageOptions): IndexPage {
  return (entries) => {
    const page = {
      status: 200,
      headers: { ...PAGE_HEADERS, 'cache-control': 'public, max-age=300' },
      body: renderIndex(options, entries),
    }
    return ({ method, headers }) => (wantsPage(method, headers.get('accept') ?? undefined) ? page : undefined)
  }
}
