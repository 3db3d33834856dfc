/** How one host is connected: by a link that it has claimed, by a command, or by words. */
export type HostEntry = readonly [host: string, kind: 'link' | 'command' | 'words', how: string]

/** What hosts take for the name of an entry: letters, digits, `_` and `-`, as Codex has it. */
function entryName(name: string): string {
  const slug = name
    .replace(/[^\w-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64)
  return slug === '' ? 'server' : slug
}

/** A word of a shell line: what an address may hold besides is quoted, its own quotes are written as addresses have them. */
const quote = (url: string): string => (/[^\w:/.@%+=,-]/.test(url) ? `'${url.replaceAll("'", '%27')}'` : url)

/**
 * What connects hosts to the endpoint at `url`. The links are those of cursor.com/docs/context/mcp/install-links and of
 * code.visualstudio.com/api/extension-guides/ai/mcp#create-an-mcp-installation-url.
 */
export function hostEntries(serverName: string, url: string): readonly HostEntry[] {
  const name = entryName(serverName)
  const config = encodeURIComponent(btoa(JSON.stringify({ url })))
  const address = quote(url)
  const entries: readonly HostEntry[] = [
    ['Claude Code', 'command', `claude mcp add --transport http ${name} ${address}`],
    ['Cursor', 'link', `cursor://anysphere.cursor-deeplink/mcp/install?name=${name}&config=${config}`],
    ['VS Code', 'link', `vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name, type: 'http', url }))}`],
    ['Codex', 'command', `codex mcp add ${name} --url ${address}`],
    ['Other hosts', 'command', `npx @hawser/cli install ${address} --host NAME`],
    ['Look first', 'command', `npx @hawser/cli list ${address}`],
  ]
  // Connectors of Claude are reached from elsewhere, so an address of this machine is none.
  return url.startsWith('https:')
    ? [['Claude', 'words', 'Settings › Connectors › Add custom connector, then paste the address.'], ...entries]
    : entries
}
