import type { Output } from '../../packages/cli/src/output/create-output.ts'
import type { Notes } from './notes.ts'

/** How to reach the running servers from the hosts that people use; each command on a line of its own, to be copied. */
export function describeConnections(url: string, notes: Notes, { paint }: Output): string {
  const entry = { name: 'git-history', type: 'http', url }
  const rows: readonly (readonly [string, string, string?])[] = [
    ['Claude Code', `claude mcp add --transport http git-history ${url}`],
    ['Cursor', JSON.stringify({ mcpServers: { 'git-history': { url } } }), 'in .cursor/mcp.json'],
    ['VS Code', `code --add-mcp '${JSON.stringify(entry)}'`],
    ['hawser', `npm run hawser -- call ${url} find_changes --limit 3`],
  ]
  return [
    `\nIt goes on serving ${paint.bold(url)} until Ctrl-C. Connect with`,
    ...rows.map(
      ([host, line, where]) =>
        `\n  ${paint.cyan(host)}${where === undefined ? '' : paint.dim(` ${where}`)}\n    ${line}`,
    ),
    `\nSo do the notes, at ${paint.bold(notes.url)}, for whoever signs in`,
    ...['login', 'call'].map(
      (verb) => `    npm run hawser -- ${verb} ${notes.url}${verb === 'call' ? ' search_notes' : ''}`,
    ),
    `    npm run hawser -- audit report ${notes.audit}`,
    `What was allowed, to take it back: ${new URL('/grants', notes.url).href}`,
    notes.kept === undefined
      ? 'They are gone at Ctrl-C. To keep yours, see examples/notes/README.md.'
      : `They are kept in ${notes.kept}, until you delete that. To deploy them, see examples/notes/README.md.`,
  ].join('\n')
}

/** How git comes onto a machine. */
export function adviseInstall(platform: NodeJS.Platform): string {
  switch (platform) {
    case 'darwin':
      return 'On macOS: xcode-select --install'
    case 'win32':
      return 'On Windows: winget install --id Git.Git'
    default:
      return 'On Debian and Ubuntu: sudo apt install git; on Fedora: sudo dnf install git; elsewhere see https://git-scm.com'
  }
}
