import type { Implementation } from '../protocol/index.ts'
import type { Shown, ShownItem, ShownTool } from './describe.ts'
import { escape } from './escape.ts'
import { type HostEntry, hostEntries } from './hosts.ts'
import { STYLE } from './style.ts'

/** Words for what a tool changes; a colour alone would not be told to everybody. */
const EFFECTS = { read: 'Reads', write: 'Makes changes', destroy: 'Deletes or overwrites' }

/** The whole page. Whatever comes from the definition or the address is escaped here. */
export function renderPage(info: Implementation, shown: Shown, url: string, isProtected: boolean): string {
  const lists =
    renderList('Tools', shown.tools.map(renderTool)) +
    renderList('Data', shown.resources.map(renderItem)) +
    renderList('Prompts', shown.prompts.map(renderItem))
  return renderFrame(
    info.title ?? info.name,
    renderSoft(`MCP server · version ${escape(info.version)}${renderSite(info.websiteUrl)}`) +
      renderText(info.description) +
      `<h2>Connect</h2><p>Assistants use this server at its address${isProtected ? '. They ask you to sign in when they first need it' : ''}:</p>` +
      `${renderCode(url)}${renderSoft('A click selects the whole line.')}` +
      `<ul class="hosts">${hostEntries(info.name, url).map(renderHost).join('')}</ul>` +
      (lists === '' && isProtected ? '<p>What it offers is shown to those who sign in.</p>' : lists),
  )
}

/** What all pages have around what they say. */
export const renderFrame = (title: string, html: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
  `<title>${escape(title)}</title><style>${STYLE}</style></head><body><main><h1>${escape(title)}</h1>${html}</main></body></html>`

export const renderSoft = (html: string): string => (html === '' ? '' : `<p class="soft">${html}</p>`)

export const renderText = (text = ''): string => (text === '' ? '' : `<p>${renderProse(text)}</p>`)

/** Descriptions are written for models, who are used to Markdown; of that, code is what is common in a sentence. */
const renderProse = (text: string): string => escape(text).replace(/`([^`]+)`/g, '<code>$1</code>')

/** A link that could run something, or lead into another program, is left out. */
const renderSite = (site = ''): string =>
  /^https?:/.test(site) ? ` · <a href="${escape(site)}">${escape(URL.parse(site)?.host ?? site)}</a>` : ''

/** Lines are broken between words, not within an option. */
const renderCode = (line: string): string =>
  `<code class="copy" tabindex="0">${escape(line).replace(/(?<= )--\w+/g, '<span>$&</span>')}</code>`

const renderHost = ([host, kind, how]: HostEntry): string => {
  const shown = kind === 'command' ? renderCode(how) : `<span>${how}</span>`
  return `<li><h3>${host}</h3>${kind === 'link' ? `<a class="add" href="${escape(how)}">Add to ${host}</a>` : shown}</li>`
}

const renderList = (title: string, items: readonly string[]): string =>
  items.length === 0 ? '' : `<h2>${title}</h2><ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`

const renderTool = ({ name, title, about, effect, note }: ShownTool): string =>
  `<h3>${escape(title)}</h3>${title === name ? '' : `<code>${escape(name)}</code>`}` +
  `<b class="${effect}">${EFFECTS[effect]}</b>${renderText(about)}${renderSoft(escape(note))}`

const renderItem = ({ name, about }: ShownItem): string => `<code>${escape(name)}</code>${renderText(about)}`
