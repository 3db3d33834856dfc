import { toLinks } from './links.ts'
import type { Product } from './product.ts'

const BEGIN = '<!-- hawser publish: what stands here is made from the server -->'
const END = '<!-- /hawser publish -->'

/** The two lines between which a section belongs. */
export const MARKERS: readonly [begin: string, end: string] = [BEGIN, END]

/** Puts a section between the markers of a text; `undefined` when it has none. */
export function replaceSection(text: string, section: string): string | undefined {
  const begin = text.indexOf(BEGIN)
  const end = text.indexOf(END, begin)
  if (begin < 0 || end < 0) return undefined
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  const body = `${BEGIN}\n\n${section}\n\n${END}`.replaceAll('\n', eol)
  return text.slice(0, begin) + body + text.slice(end + END.length)
}

const EFFECTS = { read: 'reads', write: 'changes', destroy: 'deletes or overwrites' }

/** What a README says of a server: how hosts connect, and what the tools do. */
export function toReadme(product: Product): string {
  const { title, description, shown } = product
  const links = toLinks(product)
  const install =
    links === undefined
      ? []
      : [
          `[Add to Cursor](${links.cursor}) · [Add to VS Code](${links.vscode})`,
          `\`\`\`sh\n${links.commands.map(([host, line]) => `${line}   # ${host}`).join('\n')}\n\`\`\``,
        ]
  const rows = shown.tools.map(
    ({ name, title: shownTitle, about, effect, note }) =>
      `| \`${name}\`${shownTitle === name ? '' : ` ${cell(shownTitle)}`} | ${cell(about)} | ${EFFECTS[effect]} | ${cell(note)} |`,
  )
  const table =
    rows.length === 0 ? [] : [['| tool | what it does | effect | |', '|---|---|---|---|', ...rows].join('\n')]
  return [`**${cell(title)}** – ${cell(description)}`, ...install, ...table].join('\n\n')
}

/** The same for models, which read `llms.txt`. (llmstxt.org) */
export function toLlms(product: Product): string {
  const { title, description, url, shown } = product
  const links = toLinks(product)
  const lines = [
    `- ${url === undefined ? cell(title) : `[${cell(title)}](${url})`}: MCP server. ${cell(description)}`,
    ...(links?.commands ?? []).map(([host, line]) => `- ${host}: \`${line}\``),
    ...shown.tools.map(({ name, about, effect }) => `- Tool \`${name}\` (${EFFECTS[effect]}): ${cell(about)}`),
  ]
  return `## MCP server\n\n${lines.join('\n')}`
}

/** Text of a definition in one line of Markdown: no cells, no tags, and no marker of ours. */
const cell = (text: string): string => text.replace(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;')
