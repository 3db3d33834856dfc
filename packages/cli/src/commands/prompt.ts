import { readArguments, splitArguments } from '../arguments/read-arguments.ts'
import type { Schema } from '../arguments/read-shape.ts'
import { ANSWERING, COMMON, CONNECTING, PRINTING } from '../command-line/options.ts'
import { didYouMean } from '../command-line/suggest.ts'
import { EXIT } from '../exit-code.ts'
import { isUnknownName, usageFailure } from '../failure.ts'
import { createOutput } from '../output/create-output.ts'
import { createProgress } from '../output/progress.ts'
import { clean, cleanLine } from '../output/sanitize.ts'
import { showBlock } from '../output/show-content.ts'
import { createAnswers } from '../questions/create-answers.ts'
import { takeTarget } from '../target/target.ts'
import { type AnyClient, withClient } from '../target/with-client.ts'
import { defineCommand } from './command.ts'

export const prompt = defineCommand({
  name: 'prompt',
  summary: 'Render a prompt and print its messages.',
  usage: [
    "TARGET NAME ['{json}' | -] [--argument VALUE …]",
    "NAME ['{json}' | -] [--argument VALUE …] -- COMMAND [ARGS…]",
  ],
  about: ['Arguments are text. Write them singly, after the name of the prompt, or as one JSON object.'],
  takesTarget: true,
  open: true,
  options: { ...PRINTING, ...CONNECTING, ...ANSWERING, ...COMMON },
  examples: [
    { line: 'hawser prompt notes.ts review --id 7', about: 'Fill in the argument id' },
    { line: 'hawser prompt review --id 7 -- node server.js', about: 'A program that serves over stdio' },
  ],
  run: async ({ values, words, program }) => {
    const { target, words: rest } = takeTarget('prompt', { words, program }, ['NAME'])
    const [name = '', ...given] = rest
    const output = createOutput(values)
    const progress = createProgress(name, output)
    const result = await withClient(
      target,
      { values, answers: createAnswers(values.answer, progress, output) },
      async (client) => {
        const findPrompt = async () => find(await client.listPrompts(), name)
        const args = await readArguments(splitArguments(given), async () => schemaOf(await findPrompt()))
        return client.prompt(name, toTexts(args), { onProgress: progress.report }).catch(async (error: unknown) => {
          // A list says more about a wrong name than a refusal does.
          if (isUnknownName(error)) await findPrompt()
          throw error
        })
      },
    ).finally(progress.stop)
    if (output.json) {
      output.printJson(result)
      return EXIT.ok
    }
    const { bold, dim } = output.paint
    if (result.description !== undefined) output.print(dim(clean(result.description)))
    for (const { role, content } of result.messages) {
      const text = showBlock(content, output.paint)
      output.print(`${bold(`${cleanLine(role)}:`)}${text.includes('\n') ? '\n' : ' '}${text}`)
    }
    return EXIT.ok
  },
})

type Prompt = Awaited<ReturnType<AnyClient['listPrompts']>>[number]

/** @throws Failure when no prompt has the name. */
function find(prompts: readonly Prompt[], name: string): Prompt {
  const found = prompts.find((candidate) => candidate.name === name)
  if (found !== undefined) return found
  const names = prompts.map((candidate) => candidate.name)
  throw usageFailure(
    `There is no prompt ${JSON.stringify(name)}.`,
    ...didYouMean(name, names),
    names.length === 0
      ? 'The server offers no prompts.'
      : `Prompts: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}`,
  )
}

/** Prompts list their arguments without a schema: all of them are text. (server/prompts#prompt) */
function schemaOf({ arguments: all = [] }: Prompt): Schema {
  return {
    type: 'object',
    properties: Object.fromEntries(all.map((argument) => [argument.name, { type: 'string' }])),
    additionalProperties: false,
  }
}

function toTexts(args: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
}
