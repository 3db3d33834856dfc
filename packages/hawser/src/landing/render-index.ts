import type { IndexEntry } from '../http/index.ts'
import { escape } from './escape.ts'
import type { IndexPageOptions } from './index-page.ts'
import { renderFrame, renderSoft, renderText } from './render.ts'

/** The whole page. Whatever comes from a definition or an address is escaped here. */
export function renderIndex({ title, about }: IndexPageOptions, entries: readonly IndexEntry[]): string {
  const count = `${entries.length} MCP ${entries.length === 1 ? 'server' : 'servers'}`
  const items = entries.map(renderEntry).join('')
  return renderFrame(title, `${renderSoft(count)}${renderText(about)}<ul>${items}</ul>`)
}

const renderEntry = ({ title, about, url }: IndexEntry): string =>
  `<li><h3><a href="${escape(url)}">${escape(title)}</a></h3>${renderText(about)}${renderSoft(escape(url))}</li>`
