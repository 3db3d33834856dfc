import { resolve } from 'node:path'
import { COMMON } from '../command-line/options.ts'
import { EXIT } from '../exit-code.ts'
import { usageFailure } from '../failure.ts'
import { findConfig, findProject, openProject, readConfig } from '../wrangler/project.ts'
import { defineCommand } from './command.ts'

export const dev = defineCommand({
  name: 'dev',
  summary: 'Run a server while you write it: the Worker of this folder, or a file on Node.',
  usage: ['[--port PORT] [--env NAME]', 'FILE [--node] [--port PORT] [--scopes A,B] [-- ARGS…]'],
  about: [
    'Without FILE, the Worker of wrangler.jsonc in this folder or one above it runs in the runtime of Cloudflare, on this machine; what it stores is kept. The wrangler of the project does that.',
    'FILE is a module whose default export is a server, and runs on Node, unless it is the main file of that Worker.',
    'What you save is taken over at once. Who calls meanwhile waits, so that clients stay connected.',
  ],
  takesTarget: false,
  options: {
    port: {
      type: 'string',
      value: 'PORT',
      about: 'Listen here; 8787 on Workers and 3000 on Node when left out, 0 takes any free one.',
    },
    env: { type: 'string', value: 'NAME', about: 'The environment of wrangler.jsonc; only on Workers.' },
    node: { type: 'boolean', about: 'Run FILE on Node, although it is the main file of a Worker.' },
    scopes: {
      type: 'string',
      value: 'A,B',
      about: 'Grant whoever calls from this machine these scopes; only on Node.',
    },
    ...COMMON,
  },
  examples: [
    { line: 'hawser dev', about: 'The Worker of this folder' },
    { line: 'hawser dev notes.ts --scopes notes:read', about: 'A file on Node, where everybody may read' },
  ],
  run: async ({ values, words: [file, ...more], program = [] }) => {
    if (more.length > 0) throw usageFailure(`Unexpected "${more[0]}".`)
    const port = readPort(values.port)
    const isNode = values.node === true
    if (isNode && file === undefined) throw usageFailure('--node needs a FILE.', 'Write: hawser dev FILE --node')
    const config = findConfig(process.cwd())
    if (config === undefined && file === undefined) {
      throw usageFailure(
        'There is no FILE, and no wrangler.jsonc here.',
        'To run a file on Node: hawser dev notes.ts',
        'To begin with a Worker: npm create hawser',
      )
    }
    if (config !== undefined && !isNode && (file === undefined || (await isMain(file, config)))) {
      if (values.scopes !== undefined)
        throw usageFailure(
          '--scopes is for Node. On Workers, callers are who their tokens say.',
          'To run the file on Node: --node',
        )
      const { devOnWorkers } = await import('../dev/on-workers.ts')
      await devOnWorkers(openProject(config), { port, env: values.env, color: values.color })
      return EXIT.ok
    }
    if (values.env !== undefined) throw usageFailure('--env is for the Worker of a wrangler.jsonc.')
    const { checkFile } = await import('../target/load-server.ts')
    checkFile(file!, resolve(file!), false)
    const { devOnNode } = await import('../dev/on-node.ts')
    await devOnNode(file!, { port: port ?? 3000, scopes: values.scopes, program, color: values.color })
    return EXIT.ok
  },
})

/** Whether a file is that of the Worker. Without wrangler nobody reads what the Worker is made of, and the file is one for Node. */
async function isMain(file: string, config: string): Promise<boolean> {
  const project = findProject(config)
  if (project === undefined) return false
  const { main } = await readConfig(project, undefined)
  return main !== undefined && resolve(main) === resolve(file)
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw usageFailure(`--port takes a port from 0 to 65535; it got "${text}".`)
}
