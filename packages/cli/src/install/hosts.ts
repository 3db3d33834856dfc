import { posix, win32 } from 'node:path'
import type { Entry, Host, Launch, Machine, Remote } from './host.ts'

/** Where programs keep what is the person's own. */
function dataFolder({ platform, home, env }: Machine): string {
  if (platform === 'win32') return env['APPDATA'] || win32.join(home, 'AppData', 'Roaming')
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support')
  return env['XDG_CONFIG_HOME'] || posix.join(home, '.config')
}

const join = ({ platform }: Machine, ...parts: readonly string[]): string =>
  (platform === 'win32' ? win32 : posix).join(...parts)

const inHome =
  (...parts: readonly string[]) =>
  (machine: Machine): string =>
    join(machine, machine.home, ...parts)

/** The form that most hosts share. */
const program =
  (reference?: (name: string) => string, first: Entry = {}) =>
  ({ command, args, passed, fixed }: Launch): Entry => {
    const named = reference === undefined ? [] : passed.map((name) => [name, reference(name)])
    const env = { ...Object.fromEntries(named), ...fixed }
    return { ...first, command, args, ...(Object.keys(env).length > 0 && { env }) }
  }

const remote =
  (field: string, reference?: (name: string) => string, first: Entry = {}) =>
  ({ url, bearer }: Remote): Entry => ({
    ...first,
    [field]: url,
    ...(bearer !== undefined && reference && { headers: { Authorization: `Bearer ${reference(bearer)}` } }),
  })

const dollar = (name: string): string => `\${${name}}`
const dollarEnv = (name: string): string => `\${env:${name}}`

/** Every host that can be installed to. What each wants was read in its own documentation, named beside it. */
export const HOSTS: readonly Host[] = [
  {
    // modelcontextprotocol.io/docs/develop/connect-local-servers; addresses: support.claude.com, "custom connectors using remote MCP"
    id: 'claude',
    title: 'Claude Desktop',
    format: 'jsonc',
    table: 'mcpServers',
    userFile: (machine) =>
      machine.platform === 'darwin' || machine.platform === 'win32'
        ? join(machine, dataFolder(machine), 'Claude', 'claude_desktop_config.json')
        : undefined,
    program: program(),
    elsewhere: 'Its settings take the address as well: Settings › Connectors › Add custom connector.',
    next: 'Quit Claude Desktop and start it again.',
  },
  {
    // code.claude.com/docs/en/mcp
    id: 'claude-code',
    title: 'Claude Code',
    format: 'jsonc',
    table: 'mcpServers',
    userFile: (machine) => join(machine, machine.env['CLAUDE_CONFIG_DIR'] || machine.home, '.claude.json'),
    projectFile: '.mcp.json',
    reference: dollar,
    program: program(dollar, { type: 'stdio' }),
    remote: remote('url', dollar, { type: 'http' }),
    next: 'Start a new session of Claude Code; /mcp shows the server.',
  },
  {
    // cursor.com/docs/context/mcp
    id: 'cursor',
    title: 'Cursor',
    format: 'jsonc',
    table: 'mcpServers',
    userFile: inHome('.cursor', 'mcp.json'),
    projectFile: '.cursor/mcp.json',
    projectFolder: '${workspaceFolder}',
    reference: dollarEnv,
    program: program(dollarEnv),
    remote: remote('url', dollarEnv),
    next: 'Cursor asks in its settings, under MCP, whether to enable the server.',
  },
  {
    // code.visualstudio.com/docs/copilot/reference/mcp-configuration; folder: code.visualstudio.com/docs/getstarted/settings
    id: 'vscode',
    title: 'VS Code',
    format: 'jsonc',
    table: 'servers',
    userFile: (machine) => join(machine, dataFolder(machine), 'Code', 'User', 'mcp.json'),
    projectFile: '.vscode/mcp.json',
    projectFolder: '${workspaceFolder}',
    reference: dollarEnv,
    program: program(dollarEnv, { type: 'stdio' }),
    remote: remote('url', dollarEnv, { type: 'http' }),
    next: 'VS Code asks whether you trust the server when it is first used.',
  },
  {
    // developers.openai.com/codex/mcp
    id: 'codex',
    title: 'Codex',
    format: 'toml',
    table: 'mcp_servers',
    userFile: (machine) =>
      join(machine, machine.env['CODEX_HOME'] || join(machine, machine.home, '.codex'), 'config.toml'),
    projectFile: '.codex/config.toml',
    reference: (name) => name,
    program: ({ command, args, passed, fixed }) => ({
      command,
      args,
      ...(passed.length > 0 && { env_vars: passed }),
      ...(Object.keys(fixed).length > 0 && { env: fixed }),
    }),
    remote: ({ url, bearer }) => ({ url, ...(bearer !== undefined && { bearer_token_env_var: bearer }) }),
    next: 'Start a new session of Codex. A server that wants you to sign in: codex mcp login NAME',
  },
  {
    // github.com/google-gemini/gemini-cli, docs/tools/mcp-server.md
    id: 'gemini',
    title: 'Gemini CLI',
    format: 'jsonc',
    table: 'mcpServers',
    userFile: inHome('.gemini', 'settings.json'),
    projectFile: '.gemini/settings.json',
    reference: dollar,
    program: program(dollar),
    remote: remote('httpUrl', dollar),
    next: 'Start a new session of Gemini CLI; /mcp shows the server.',
  },
  {
    // docs.windsurf.com/windsurf/cascade/mcp
    id: 'windsurf',
    title: 'Windsurf',
    format: 'jsonc',
    table: 'mcpServers',
    userFile: inHome('.codeium', 'windsurf', 'mcp_config.json'),
    reference: dollarEnv,
    program: program(dollarEnv),
    remote: remote('serverUrl', dollarEnv),
    next: 'Press Refresh in the MCP settings of Windsurf.',
  },
  {
    // zed.dev/docs/ai/mcp; file: zed.dev/docs/configuring-zed
    id: 'zed',
    title: 'Zed',
    format: 'jsonc',
    table: 'context_servers',
    userFile: (machine) =>
      machine.platform === 'win32'
        ? join(machine, dataFolder(machine), 'Zed', 'settings.json')
        : machine.platform === 'darwin'
          ? join(machine, machine.home, '.config', 'zed', 'settings.json')
          : join(machine, dataFolder(machine), 'zed', 'settings.json'),
    projectFile: '.zed/settings.json',
    program: program(),
    remote: remote('url'),
    next: 'Zed starts the server when it has read its settings.',
  },
]
