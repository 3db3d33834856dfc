import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { COMMON, PRINTING } from '../command-line/options.ts'
import { EXIT } from '../exit-code.ts'
import { Failure, usageFailure } from '../failure.ts'
import { createOutput } from '../output/create-output.ts'
import { clean } from '../output/sanitize.ts'
import { makeOutputs } from '../publish/outputs.ts'
import { toProduct } from '../publish/product.ts'
import { readPackage } from '../publish/read-package.ts'
import { MARKERS } from '../publish/sections.ts'
import { divertStdout } from '../target/divert-stdout.ts'
import { loadServer } from '../target/load-server.ts'
import { defineCommand } from './command.ts'

export const publish = defineCommand({
  name: 'publish',
  summary: 'Write what registries, hosts and readers want to know of a server.',
  usage: ['FILE [--url URL] [--bundle [--bundle-url URL]] [--env NAME]', 'FILE … --check'],
  about: [
    'From the definition in FILE and its package.json it writes server.json for the MCP registry, with --bundle a file of type .mcpb that hosts install with a click, and the sections of README.md and llms.txt that are between these lines:',
    MARKERS.join('\n'),
    'Nothing is fetched and nothing is sent anywhere: it says the commands that would. With --check it writes nothing, and ends with exit code 1 when something is missing or stale.',
  ],
  takesTarget: false,
  options: {
    name: {
      type: 'string',
      value: 'NAME',
      about: 'Name in the registry; "mcpName" of package.json when left out, or made of its repository on GitHub.',
    },
    url: {
      type: 'string',
      value: 'URL',
      about: 'Where the server runs for everybody; the resource of a protected server when left out.',
    },
    env: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      about: 'A secret that the program needs in its environment: hosts ask for it; can be repeated.',
    },
    bundle: { type: 'boolean', about: 'Write a bundle, with the esbuild of the project.' },
    'bundle-url': { type: 'string', value: 'URL', about: 'Where you are going to upload the bundle, for server.json.' },
    out: { type: 'string', value: 'FOLDER', about: 'Write into this folder; that of package.json when left out.' },
    check: { type: 'boolean', about: 'Write nothing; fail when something is stale.' },
    ...PRINTING,
    ...COMMON,
  },
  examples: [
    { line: 'hawser publish notes.ts --url https://example.com/mcp', about: 'A server that runs for everybody' },
    { line: 'hawser publish notes.ts --bundle --env NOTES_KEY', about: 'A program, as a bundle for Claude Desktop' },
    { line: 'hawser publish notes.ts --check', about: 'In continuous integration' },
  ],
  run: async ({ values, words: [file, ...more] }) => {
    if (file === undefined) throw usageFailure('publish needs a FILE.', 'Write: hawser publish FILE')
    if (more.length > 0) throw usageFailure(`Unexpected "${more[0]}".`)
    const bundleUrl = readUrl('bundle-url', values['bundle-url'])
    const wrong = values.env.find((name) => !/^[A-Za-z_]\w*$/.test(name))
    if (wrong !== undefined)
      throw usageFailure('--env takes the name of a variable, and no value: what is published holds no secret.')
    const output = createOutput(values)
    const pack = readPackage(file)
    divertStdout()
    const product = toProduct(await loadServer(file), pack, {
      registryName: values.name,
      url: readUrl('url', values.url),
      env: values.env,
    })
    const folder = resolve(values.out ?? pack.folder)
    const bundle = values.bundle === true || bundleUrl !== undefined
    if (product.url === undefined && product.npm === undefined && !bundle) {
      throw usageFailure(
        'There is nothing that others could use.',
        'Say where it runs: --url URL',
        'Or make a bundle: --bundle',
        'Or give package.json a "bin" that serves it over stdio, and take "private" out.',
      )
    }
    const files = await makeOutputs(product, { folder, file, bundle, bundleUrl })
    const stale = files.filter(({ isFresh }) => !isFresh)
    if (values.check !== true) for (const { path, content } of stale) await write(path, content)
    const word = values.check === true ? 'is stale' : 'was written'
    const next =
      values.check === true
        ? []
        : nextSteps(
            files.map(({ name }) => name),
            bundleUrl,
            product.npm !== undefined && pack.mcpName !== product.registryName ? product.registryName : undefined,
          )
    if (output.json) {
      output.printJson({
        files: files.map(({ name, path, isFresh }) => ({ name, path, fresh: isFresh })),
        next,
      })
    } else {
      for (const { path, isFresh } of files) output.print(clean(`${path} ${isFresh ? 'is as it should be' : word}`))
      for (const line of next) output.note(clean(line))
    }
    return values.check === true && stale.length > 0 ? EXIT.refused : EXIT.ok
  },
})

/** What a person does next; nothing of it is done here. */
function nextSteps(
  names: readonly string[],
  bundleUrl: string | undefined,
  missingName: string | undefined,
): readonly string[] {
  const bundle = names.find((name) => name.endsWith('.mcpb'))
  return [
    ...(missingName === undefined
      ? []
      : [`Put into package.json, where the registry looks for it: "mcpName": ${JSON.stringify(missingName)}`]),
    ...(names.includes('README.md') ? [] : [`For a section of README.md, add these lines to it: ${MARKERS.join(' ')}`]),
    ...(bundle !== undefined && bundleUrl !== undefined ? [`Upload ${bundle} so that it is at ${bundleUrl}`] : []),
    'To send server.json to the registry: mcp-publisher login github && mcp-publisher publish',
  ]
}

function readUrl(option: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  if (URL.parse(text)?.protocol === 'https:') return text
  throw usageFailure(`--${option} takes an https URL; it got "${text}".`)
}

async function write(path: string, content: Uint8Array): Promise<void> {
  await writeFile(path, content).catch((cause: Error) => {
    throw new Failure(EXIT.usage, `${path} cannot be written: ${cause.message}`, [], { cause })
  })
}
