import type { Product } from './product.ts'

/** How hosts connect to a server that is published. */
export interface Links {
  /** A page of Cursor that opens it: websites such as GitHub drop links into programs. (cursor.com/docs/context/mcp/install-links) */
  readonly cursor: string
  /** The same of VS Code. (code.visualstudio.com/api/extension-guides/ai/mcp#create-an-mcp-installation-url) */
  readonly vscode: string
  /** Lines for a shell, by host. */
  readonly commands: readonly (readonly [host: string, line: string])[]
}

/** `undefined` for what runs nowhere and is in no registry. An address is preferred: nothing has to be installed for it. */
export function toLinks({ name: serverName, url, npm, env }: Product): Links | undefined {
  const name = serverName.replace(/[^\w-]+/g, '-')
  if (url !== undefined) {
    return {
      cursor: cursor(name, { url }),
      vscode: vscode(name, { type: 'http', url }),
      commands: [
        ['Claude Code', `claude mcp add --transport http ${name} ${quote(url)}`],
        ['Codex', `codex mcp add ${name} --url ${quote(url)}`],
        ['Other hosts', `npx @hawser/cli install ${quote(url)} --host HOST`],
      ],
    }
  }
  if (npm === undefined) return undefined
  const program = { command: 'npx', args: ['-y', `${npm.name}@${npm.version}`] }
  const line = `npx -y ${npm.name}@${npm.version}`
  const claudeEnv = env.map((each) => ` --env ${each}="$${each}"`).join('')
  const ownEnv = env.map((each) => ` --env ${each}`).join('')
  const variables = (reference: (variable: string) => string): object =>
    env.length === 0 ? {} : { env: Object.fromEntries(env.map((each) => [each, reference(each)])) }
  return {
    cursor: cursor(name, { ...program, ...variables((each) => `\${env:${each}}`) }),
    vscode: vscode(name, { ...program, ...variables((each) => `\${env:${each}}`) }),
    commands: [
      ['Claude Code', `claude mcp add ${name}${claudeEnv} -- ${line}`],
      ['Codex', `codex mcp add ${name}${claudeEnv} -- ${line}`],
      ['Other hosts', `npx @hawser/cli install --host HOST --name ${name}${ownEnv} -- ${line}`],
    ],
  }
}

const cursor = (name: string, config: object): string =>
  `https://cursor.com/en/install-mcp?name=${name}&config=${encodeURIComponent(Buffer.from(JSON.stringify(config)).toString('base64'))}`

const vscode = (name: string, config: object): string =>
  `https://insiders.vscode.dev/redirect/mcp/install?name=${name}&config=${encodeURIComponent(JSON.stringify(config))}`

const quote = (url: string): string => (/[^\w:/.@%+=,-]/.test(url) ? `'${url.replaceAll("'", '%27')}'` : url)
