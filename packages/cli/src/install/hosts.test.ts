import { describe, expect, it } from 'vitest'
import type { Machine } from './host.ts'
import { HOSTS } from './hosts.ts'

const mac: Machine = { platform: 'darwin', home: '/Users/ada', env: {} }
const windows: Machine = { platform: 'win32', home: 'C:\\Users\\ada', env: {} }
const linux: Machine = { platform: 'linux', home: '/home/ada', env: {} }
const hostOf = (id: string) => HOSTS.find((host) => host.id === id)!

describe('the configuration of a person', () => {
  it.each([
    ['claude', '/Users/ada/Library/Application Support/Claude/claude_desktop_config.json', mac],
    ['claude', 'C:\\Users\\ada\\AppData\\Roaming\\Claude\\claude_desktop_config.json', windows],
    ['claude', undefined, linux],
    ['claude', 'D:\\r\\Claude\\claude_desktop_config.json', { ...windows, env: { APPDATA: 'D:\\r' } }],
    ['claude-code', '/home/ada/.claude.json', linux],
    ['claude-code', '/c/.claude.json', { ...linux, env: { CLAUDE_CONFIG_DIR: '/c' } }],
    ['cursor', 'C:\\Users\\ada\\.cursor\\mcp.json', windows],
    ['vscode', '/Users/ada/Library/Application Support/Code/User/mcp.json', mac],
    ['vscode', '/home/ada/.config/Code/User/mcp.json', linux],
    ['vscode', 'C:\\Users\\ada\\AppData\\Roaming\\Code\\User\\mcp.json', windows],
    ['codex', '/home/ada/.codex/config.toml', linux],
    ['codex', '/x/config.toml', { ...linux, env: { CODEX_HOME: '/x' } }],
    ['gemini', '/Users/ada/.gemini/settings.json', mac],
    ['windsurf', '/Users/ada/.codeium/windsurf/mcp_config.json', mac],
    ['zed', '/Users/ada/.config/zed/settings.json', mac],
    ['zed', '/x/zed/settings.json', { ...linux, env: { XDG_CONFIG_HOME: '/x' } }],
    ['zed', 'C:\\Users\\ada\\AppData\\Roaming\\Zed\\settings.json', windows],
  ])('of %s is %s', (id, file, machine) => {
    expect(hostOf(id).userFile(machine)).toBe(file)
  })
})

describe('an entry', () => {
  const launch = { kind: 'program', command: 'node', args: ['a'], passed: ['KEY'], fixed: { MODE: 'x' } } as const
  const remote = { kind: 'url', url: 'https://a.example/mcp', bearer: 'KEY' } as const

  it('names what is in the environment as its host does', () => {
    expect(Object.fromEntries(HOSTS.map(({ id, program }) => [id, program(launch)]))).toEqual({
      claude: { command: 'node', args: ['a'], env: { MODE: 'x' } },
      'claude-code': { type: 'stdio', command: 'node', args: ['a'], env: { KEY: '${KEY}', MODE: 'x' } },
      cursor: { command: 'node', args: ['a'], env: { KEY: '${env:KEY}', MODE: 'x' } },
      vscode: { type: 'stdio', command: 'node', args: ['a'], env: { KEY: '${env:KEY}', MODE: 'x' } },
      codex: { command: 'node', args: ['a'], env_vars: ['KEY'], env: { MODE: 'x' } },
      gemini: { command: 'node', args: ['a'], env: { KEY: '${KEY}', MODE: 'x' } },
      windsurf: { command: 'node', args: ['a'], env: { KEY: '${env:KEY}', MODE: 'x' } },
      zed: { command: 'node', args: ['a'], env: { MODE: 'x' } },
    })
  })

  it('has the transport that its host wants', () => {
    const { url } = remote
    expect(Object.fromEntries(HOSTS.map(({ id, remote: describeUrl }) => [id, describeUrl?.(remote)]))).toEqual({
      claude: undefined,
      'claude-code': { type: 'http', url, headers: { Authorization: 'Bearer ${KEY}' } },
      cursor: { url, headers: { Authorization: 'Bearer ${env:KEY}' } },
      vscode: { type: 'http', url, headers: { Authorization: 'Bearer ${env:KEY}' } },
      codex: { url, bearer_token_env_var: 'KEY' },
      gemini: { httpUrl: url, headers: { Authorization: 'Bearer ${KEY}' } },
      windsurf: { serverUrl: url, headers: { Authorization: 'Bearer ${env:KEY}' } },
      zed: { url },
    })
  })
})
