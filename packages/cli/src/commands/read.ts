import { ANSWERING, COMMON, CONNECTING, PRINTING } from '../command-line/options.ts'
import { didYouMean } from '../command-line/suggest.ts'
import { EXIT } from '../exit-code.ts'
import { isUnknownName, usageFailure } from '../failure.ts'
import { createOutput } from '../output/create-output.ts'
import { createProgress } from '../output/progress.ts'
import { clean } from '../output/sanitize.ts'
import { type Contents, showContents } from '../output/show-content.ts'
import { createAnswers } from '../questions/create-answers.ts'
import { refuseMore, takeTarget } from '../target/target.ts'
import { type AnyClient, withClient } from '../target/with-client.ts'
import { defineCommand } from './command.ts'

export const read = defineCommand({
  name: 'read',
  summary: 'Read a resource and print its contents.',
  usage: ['TARGET URI', 'URI -- COMMAND [ARGS…]'],
  about: [
    'What is not a terminal gets the contents as they are, so that a file is the resource: > chart.png. With --json the whole result is printed, bytes in Base64.',
  ],
  takesTarget: true,
  options: {
    ...PRINTING,
    json: { type: 'boolean', about: 'Print the whole result as JSON.' },
    ...CONNECTING,
    ...ANSWERING,
    ...COMMON,
  },
  examples: [
    { line: 'hawser read notes.ts notes://7', about: 'A resource of the server in this file' },
    { line: 'hawser read https://example.com/mcp charts://harbour > harbour.png', about: 'Keep it in a file' },
  ],
  run: async ({ values, words, program }) => {
    const { target, words: rest } = takeTarget('read', { words, program }, ['URI'])
    const [uri = '', ...more] = rest
    refuseMore(more, program)
    const output = createOutput({ ...values, json: values.json ?? false })
    const progress = createProgress(uri, output)
    const result = await withClient(
      target,
      { values, answers: createAnswers(values.answer, progress, output) },
      (client) =>
        client.read(uri, { onProgress: progress.report }).catch(async (error: unknown) => {
          throw await explain(client, uri, error)
        }),
    ).finally(progress.stop)
    const { contents } = result
    if (output.json) output.printJson(result)
    else if (!output.isTerminal) for (const part of contents) output.printRaw(bodyOf(part))
    else if (contents.length === 1 && 'text' in contents[0]!) output.print(clean(contents[0].text).replace(/\n$/, ''))
    else output.print(contents.map((part) => showContents(part, output.paint)).join('\n\n'))
    return EXIT.ok
  },
})

const bodyOf = (part: Contents): string | Uint8Array => ('text' in part ? part.text : Buffer.from(part.blob, 'base64'))

/** A refusal says little; the lists may show which resource was meant. */
async function explain(client: AnyClient, uri: string, error: unknown): Promise<unknown> {
  if (!isUnknownName(error)) return error
  const [resources, templates] = await Promise.all([client.listResources(), client.listResourceTemplates()]).catch(
    () => [[], []],
  )
  const uris = resources.map((resource) => resource.uri)
  if (uris.includes(uri)) return error
  const known = [...uris, ...templates.map(({ uriTemplate }) => uriTemplate)]
  return usageFailure(
    `There is no resource ${uri}: ${error.message}`,
    ...didYouMean(uri, uris),
    known.length === 0
      ? 'The server offers no resources.'
      : `Resources: ${known.slice(0, 10).join(', ')}${known.length > 10 ? ', …' : ''}`,
  )
}
