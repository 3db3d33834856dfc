import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { guardGroup } from '../guard/guard-group.ts'

const NAME = '@modelcontextprotocol/inspector'
const optionsFor = (url: string): readonly string[] => ['--server-url', url, '--transport', 'http']

/**
 * Has the key `i` open the MCP Inspector for a server, where the project has installed it and somebody sits at a terminal.
 *
 * @returns What to do for it, in a few words.
 * @see https://modelcontextprotocol.io/docs/tools/inspector
 */
export function offerInspector(folder: string, url: string): string {
  const command = findInspector(folder)
  const { stdin } = process
  if (command === undefined || !stdin.isTTY) return `npx ${NAME} ${optionsFor(url).join(' ')}`
  let isOpen = false
  const open = (): void => {
    if (isOpen) return
    isOpen = true
    const child = spawn(process.execPath, [command, ...optionsFor(url)], {
      stdio: ['ignore', 2, 2],
      detached: process.platform !== 'win32',
    })
    const guard = child.pid === undefined ? undefined : guardGroup(child.pid)
    const end = (): void => void child.kill()
    process.once('exit', end)
    child.on('close', () => {
      isOpen = false
      process.off('exit', end)
      guard?.[Symbol.dispose]()
    })
    child.on('error', () => {})
  }
  // Keys come one by one, and Ctrl-C as one of them. Node gives the terminal back when the process ends.
  stdin.setRawMode(true)
  stdin.unref()
  stdin.on('data', (keys) => {
    if (keys.includes(CTRL_C)) process.kill(process.pid, 'SIGINT')
    else if (keys.includes('i')) open()
  })
  return 'press i for the MCP Inspector'
}

const CTRL_C = '\u{3}'

/** The file of its command. */
function findInspector(folder: string): string | undefined {
  const resolver = createRequire(join(folder, 'package.json'))
  try {
    const manifest = resolver.resolve(`${NAME}/package.json`)
    const { bin } = resolver(manifest) as { readonly bin: string | Readonly<Record<string, string>> }
    const [file] = typeof bin === 'string' ? [bin] : Object.values(bin)
    return file === undefined ? undefined : join(dirname(manifest), file)
  } catch {
    return undefined
  }
}
