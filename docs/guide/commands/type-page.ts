import {
  accessSync,
  chmodSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../../examples/notes/free-port.ts'
import { openTerminal } from '../../../scripts/newcomer/terminal.ts'
import type { Page } from './pages.ts'
import { readPage } from './read-page.ts'

const root = join(import.meta.dirname, '../../..')

/** Ports that pages name. Others may have them here. */
const PORTS = ['3000', '8787'] as const

/**
 * Types all commands of a page of the guide, in a folder with its examples, on the sources of the packages. What serves goes on
 * until something else serves at its address.
 *
 * @throws Error with what a command printed that failed.
 */
export async function typePage(path: string, page: Page): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'hawser-guide-'))
  await using servers = new AsyncDisposableStack()
  servers.defer(() => rmSync(home, { recursive: true, force: true }))
  const ports = new Map<string, string>()
  for (const port of PORTS) ports.set(port, String(await freePort()))
  const move = (text: string): string =>
    PORTS.reduce(
      (moved, port) => moved.replaceAll(new RegExp(`(?<=[:= ])${port}\\b`, 'g'), ports.get(port) ?? ''),
      text,
    )

  const folder = join(home, 'project')
  setUp(folder, page, move)
  const origin = (port: (typeof PORTS)[number]): string => `http://127.0.0.1:${ports.get(port)}`
  const terminal = openTerminal(folder, home, {
    ...shims(join(home, 'bin')),
    HOME: home,
    PORT: ports.get('3000') ?? '',
    TIDES_URL: `${origin('3000')}/mcp`,
    AUDIT_KEY: 'as if it were made by openssl rand -base64 48',
  })

  const running = new Map<string, AsyncDisposable>()
  /** Whether a line goes on serving; then it is started. */
  const start = async (line: string, typed: string): Promise<boolean> => {
    const server = SERVERS.find(({ is }) => is.test(line))
    if (server === undefined) return false
    const url = origin(server.port) + server.path
    await running.get(url)?.[Symbol.asyncDispose]()
    running.set(url, servers.use(await terminal.start(`${typed}${server.also(ports.get(server.port) ?? '')}`, url)))
    return true
  }
  if (page.served !== undefined) await start(page.served, move(page.served))

  let before = ''
  const commands = readPage(readFileSync(path, 'utf8'))
  const { first = [] } = page
  const ordered = [...commands].sort((a, b) => Number(first.includes(b.line)) - Number(first.includes(a.line)))
  for (const { line, needs } of ordered) {
    if (needs !== undefined) continue
    if (line.startsWith('export ')) {
      await terminal.run(`${before}${line} && export -p > '${home}/env.sh'`)
      before = `. '${home}/env.sh' && `
      continue
    }
    const installed = /^npm (?:install|i) (?:-D |--save-dev )?(.+)$/.exec(line)?.[1]
    if (installed !== undefined) {
      for (const name of installed.split(' ')) accessSync(join(root, 'node_modules', name))
      continue
    }
    const told = move(page.typed?.[line] ?? line)
    const typed = before + (page.served === undefined ? told : told.replace(STRANGER, `${origin('3000')}/mcp`))
    if (await start(line, typed)) continue
    const said = page.says?.[line]
    if (said === undefined) await terminal.run(typed)
    else await terminal.run(`(${typed}) > said.txt 2>&1; grep -qF '${said}' said.txt || { cat said.txt; false; }`)
  }
}

/** A server of somebody else, in whose place one of the guide is asked. */
const STRANGER = /https:\/\/\w+\.example\.com\/mcp/

/** Commands that go on, and where what they serve answers. */
const SERVERS = [
  { is: /^npx hawser run .*--http 3000/, port: '3000', path: '/mcp', also: () => '' },
  { is: /^npx hawser dev/, port: '8787', path: '/mcp', also: (port: string) => ` --port ${port}` },
  { is: /^npx wrangler dev/, port: '8787', path: '/', also: (port: string) => ` --port ${port} --ip 127.0.0.1` },
  { is: /\bnotes\/main\.ts$/, port: '3000', path: '/mcp', also: (port: string) => ` --port ${port}` },
  { is: /\bnode (?:\S+ )*serve-\S+\.ts$/, port: '3000', path: '/mcp', also: () => '' },
] as const

/** The folder of somebody who saved the files of the page. */
function setUp(
  folder: string,
  { folder: from = 'docs/guide/examples', files = {}, inClone = false, isWorker = false }: Page,
  move: (text: string) => string,
): void {
  const examples = join(root, from)
  cpSync(examples, folder, {
    recursive: true,
    filter: (path) => !path.endsWith('.test.ts') && (isWorker || !path.endsWith('wrangler.jsonc')),
  })
  for (const [name, example] of Object.entries(files)) cpSync(join(examples, example), join(folder, name))
  for (const file of globSync('*.ts', { cwd: folder }).map((name) => join(folder, name)))
    writeFileSync(file, move(readFileSync(file, 'utf8')))
  for (const name of ['node_modules', ...(inClone ? ['examples', 'packages'] : [])])
    symlinkSync(join(root, name), join(folder, name))
  const scripts = { hawser: 'node packages/cli/src/main.ts' }
  const manifest = {
    name: 'guide',
    version: '1.0.0',
    author: 'Ada',
    mcpName: 'com.example/tides',
    type: 'module',
    private: true,
    scripts,
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  const resolve = { conditions: ['hawser-source', 'module', 'node'], externalConditions: ['hawser-source', 'node'] }
  writeFileSync(join(folder, 'vitest.config.js'), `export default ${JSON.stringify({ ssr: { resolve } })}\n`)
}

/** Commands of the packages, from their sources. */
function shims(bin: string): Readonly<Record<string, string>> {
  mkdirSync(bin, { recursive: true })
  const npx = join(bin, 'npx')
  const hawser = join(root, 'packages/cli/src/main.ts')
  const others = join(root, 'node_modules/.bin')
  writeFileSync(
    npx,
    `#!/bin/sh\nname=$1; shift\ncase $name in\n  hawser) exec node --conditions=hawser-source '${hawser}' "$@" ;;\n  node) exec node "$@" ;;\n  *) exec "${others}/$name" "$@" ;;\nesac\n`,
  )
  chmodSync(npx, 0o755)
  return {
    NODE_OPTIONS: '--conditions=hawser-source',
    WRANGLER_BUILD_CONDITIONS: 'hawser-source,workerd,worker,browser',
  }
}
