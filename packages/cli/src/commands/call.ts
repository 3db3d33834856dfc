import { readArguments, splitArguments } from '../arguments/read-arguments.ts'
import { ANSWERING, COMMON, CONNECTING, PRINTING } from '../command-line/options.ts'
import { didYouMean } from '../command-line/suggest.ts'
import { EXIT } from '../exit-code.ts'
import { isUnknownName, usageFailure } from '../failure.ts'
import { createOutput } from '../output/create-output.ts'
import { createProgress } from '../output/progress.ts'
import { clean } from '../output/sanitize.ts'
import { showToolResult, textOf } from '../output/show-content.ts'
import { showTool, type Tool } from '../output/show-tool.ts'
import { createAnswers } from '../questions/create-answers.ts'
import { takeTarget } from '../target/target.ts'
import { type AnyClient, withClient } from '../target/with-client.ts'
import { defineCommand } from './command.ts'

export const call = defineCommand({
  name: 'call',
  summary: 'Call a tool and print what it returns.',
  usage: [
    "TARGET TOOL ['{json}' | -] [--argument VALUE …]",
    "TOOL ['{json}' | -] [--argument VALUE …] -- COMMAND [ARGS…]",
  ],
  about: [
    'Arguments are one JSON object, or - to read it from standard input, or single options that come after the name of the tool: they are turned into what the schema of the tool asks for, and go over the object. An argument that is called like an option of hawser goes into the object.',
    'The arguments of one tool: hawser call TARGET TOOL --help',
    'When the tool asks something, you are asked on the terminal; without one, answer in advance with --answer.',
  ],
  takesTarget: true,
  open: true,
  options: { ...PRINTING, ...CONNECTING, ...ANSWERING, ...COMMON },
  examples: [
    { line: 'hawser call notes.ts search --query "tide tables" --limit 3', about: 'Single arguments' },
    { line: `hawser call https://example.com/mcp search '{"query":"tide tables"}'`, about: 'One JSON object' },
    { line: 'hawser call search --query tides -- node server.js --verbose', about: 'A program that serves over stdio' },
    { line: 'hawser call notes.ts wipe --answer confirm=accept', about: 'Answer its question in advance' },
  ],
  run: async ({ values, words, program }) => {
    const { target, words: rest } = takeTarget('call', { words, program }, ['TOOL'])
    const [name = '', ...given] = rest
    const output = createOutput(values)
    const progress = createProgress(name, output)
    const result = await withClient(
      target,
      { values, answers: createAnswers(values.answer, progress, output) },
      async (client) => {
        const findTool = async () => find(await client.listTools(), name)
        const args = await readArguments(splitArguments(given), async () => (await findTool()).inputSchema)
        return client.call(name, args, { onProgress: progress.report }).catch(async (error: unknown) => {
          // A list says more about a wrong name than a refusal does.
          if (isUnknownName(error)) await findTool()
          throw error
        })
      },
    ).finally(progress.stop)
    if (output.json) output.printJson(result)
    if (result.isError === true) {
      output.note(`${output.notePaint.red(`${clean(name)} failed:`)} ${clean(textOf(result))}`)
      return EXIT.refused
    }
    if (!output.json) output.print(showToolResult(result, output.paint))
    return EXIT.ok
  },
  showHelp: async ({ values, words, program }) => {
    if (words.length + (program === undefined ? 0 : 1) < 2) return false
    const { target, words: rest } = takeTarget('call', { words, program }, ['TOOL'])
    const output = createOutput({ ...values, json: values.json ?? false })
    const tool = await withClient(target, { values }, async (client: AnyClient) =>
      find(await client.listTools(), rest[0] ?? ''),
    )
    if (output.json) output.printJson(tool)
    else output.print(showTool(tool, output))
    return true
  },
})

/** @throws Failure when no tool has the name. */
function find(tools: readonly Tool[], name: string): Tool {
  const tool = tools.find((candidate) => candidate.name === name)
  if (tool !== undefined) return tool
  const names = tools.map((candidate) => candidate.name)
  throw usageFailure(
    `There is no tool ${JSON.stringify(name)}.`,
    ...didYouMean(name, names),
    names.length === 0
      ? 'The server offers no tools.'
      : `Tools: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}`,
  )
}
