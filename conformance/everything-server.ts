import { audio, embed, fail, image, mcp, memoryChanges, text } from 'hawser'
import { jsonSchema } from 'hawser/json-schema'
import * as z from 'zod'
import { earlierTools } from './earlier-tools.ts'

/** Every feature that the official suite looks for, under the names it looks for, through public API only. */

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=='
const SILENCE = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA='

const kit = mcp({
  name: 'everything',
  version: '1.0.0',
  title: 'Everything',
  instructions: 'A server that shows every feature once.',
  changes: memoryChanges(),
  logging: true,
  log: () => {},
})

const { tool, resource, prompt } = kit
const Name = z.object({ name: z.string() })
const Ok = z.object({ ok: z.boolean() })
const sampled = (question: string) =>
  ({ messages: [{ role: 'user', content: { type: 'text', text: question } }], maxTokens: 50 }) as const

const content = {
  test_simple_text: tool({
    description: 'Returns text.',
    effect: 'read',
    run: () => 'This is a simple text response for testing.',
  }),
  test_image_content: tool({ description: 'Returns a picture.', effect: 'read', run: () => image(PIXEL, 'image/png') }),
  test_audio_content: tool({ description: 'Returns a sound.', effect: 'read', run: () => audio(SILENCE, 'audio/wav') }),
  test_embedded_resource: tool({
    description: 'Returns a resource inside the answer.',
    effect: 'read',
    run: () =>
      embed({ uri: 'test://embedded-resource', mimeType: 'text/plain', text: 'This is an embedded resource content.' }),
  }),
  test_multiple_content_types: tool({
    description: 'Returns text, a picture and a resource.',
    effect: 'read',
    run: () => [
      text('Multiple content types test:'),
      image(PIXEL, 'image/png'),
      embed({ uri: 'test://mixed-content-resource', mimeType: 'application/json', text: '{"test":"data"}' }),
    ],
  }),
  test_error_handling: tool({
    description: 'Always fails.',
    effect: 'read',
    run: () => {
      throw fail('This tool intentionally returns an error for testing')
    },
  }),
  test_tool_with_progress: tool({
    description: 'Reports progress.',
    effect: 'read',
    run: async (_, { progress }) => {
      for (const done of [0, 50, 100]) {
        progress(done, 100)
        await Promise.resolve()
      }
      return 'done'
    },
  }),
  test_logging_tool: tool({
    description: 'Writes a log line.',
    effect: 'read',
    run: (_, { log }) => {
      log('info', 'a line')
      return 'logged'
    },
  }),
  json_schema_2020_12_tool: tool({
    description: 'Takes arguments described by many keywords of JSON Schema 2020-12.',
    effect: 'read',
    input: jsonSchema<{ name?: string }>({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      $defs: {
        address: {
          $anchor: 'addressDef',
          type: 'object',
          properties: { street: { type: 'string' }, city: { type: 'string' } },
        },
      },
      properties: {
        name: { type: 'string' },
        address: { $ref: '#/$defs/address' },
        contactMethod: { type: 'string', enum: ['phone', 'email'] },
        phone: { type: 'string' },
        email: { type: 'string' },
      },
      allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
      if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
      // oxlint-disable-next-line unicorn/no-thenable
      then: { required: ['phone'] },
      else: { required: ['email'] },
      additionalProperties: false,
    }),
    run: ({ name }) => `Hello ${name ?? 'stranger'}`,
  }),
  test_x_mcp_header: tool({
    description: 'Takes an argument that travels in a header as well.',
    effect: 'read',
    input: z.object({ region: z.string().meta({ 'x-mcp-header': 'Region' }), note: z.string().optional() }),
    run: ({ region }) => region,
  }),
  test_trigger_tool_change: tool({
    description: 'Says that the tools changed.',
    effect: 'write',
    run: async (_, { changed }) => {
      await changed.tools()
      return 'said'
    },
  }),
  test_trigger_prompt_change: tool({
    description: 'Says that the prompts changed.',
    effect: 'write',
    run: async (_, { changed }) => {
      await changed.prompts()
      return 'said'
    },
  }),
}

const asking = {
  test_missing_capability: tool({
    description: 'Needs a model of the client.',
    effect: 'read',
    run: async (_, { sample }) => JSON.stringify((await sample('thought', sampled('Think'))).content),
  }),
  test_streaming_elicitation: tool({
    description: 'Reports progress, then asks.',
    effect: 'read',
    run: async (_, { ask, progress }) => {
      progress(1, 2)
      return (await ask('who', { message: 'Who are you?', answer: Name })).name
    },
  }),
  test_input_required_result_elicitation: tool({
    description: 'Asks for a name.',
    effect: 'read',
    run: async (_, { ask }) =>
      `Hello, ${(await ask('user_name', { message: 'What is your name?', answer: Name })).name}!`,
  }),
  test_input_required_result_sampling: tool({
    description: 'Asks the client’s model.',
    effect: 'read',
    run: async (_, { sample }) => {
      const { content: answer } = await sample('capital_question', sampled('What is the capital of France?'))
      return 'text' in answer ? answer.text : 'No text.'
    },
  }),
  test_input_required_result_list_roots: tool({
    description: 'Asks for the client’s folders.',
    effect: 'read',
    run: async (_, { roots }) => (await roots('client_roots')).map(({ uri }) => uri).join('\n'),
  }),
  test_input_required_result_request_state: tool({
    description: 'Asks for a confirmation and keeps state meanwhile.',
    effect: 'read',
    run: async (_, { ask, once }) => {
      const state = await once('state', () => 'state-ok')
      await ask('confirm', { message: 'Please confirm', answer: Ok })
      return state
    },
  }),
  test_input_required_result_multiple_inputs: tool({
    description: 'Asks three questions at once.',
    effect: 'read',
    run: async (_, { ask, sample, roots }) => {
      const [{ name }, greeting, folders] = await Promise.all([
        ask('user_name', { message: 'What is your name?', answer: Name }),
        sample('greeting', sampled('Generate a greeting')),
        roots('client_roots'),
      ])
      return `${name} ${JSON.stringify(greeting.content)} ${folders.length}`
    },
  }),
  test_input_required_result_multi_round: tool({
    description: 'Asks one question after the other.',
    effect: 'read',
    run: async (_, { ask }) => {
      const { name } = await ask('step1', { message: 'Step 1: What is your name?', answer: Name })
      const { color } = await ask('step2', {
        message: 'Step 2: What is your favorite color?',
        answer: z.object({ color: z.string() }),
      })
      return `${name} likes ${color}.`
    },
  }),
  test_input_required_result_tampered_state: tool({
    description: 'Asks for a confirmation under seal.',
    effect: 'read',
    run: async (_, { ask }) => String((await ask('confirm', { message: 'Please confirm', answer: Ok })).ok),
  }),
  test_input_required_result_capabilities: tool({
    description: 'Asks in whatever way the client can be asked.',
    effect: 'read',
    run: async (_, { ask, can, sample }) => {
      const asked: Promise<unknown>[] = []
      if (can('form')) asked.push(ask('user_name', { message: 'What is your name?', answer: Name }))
      if (can('sampling')) asked.push(sample('greeting', sampled('Generate a greeting')))
      return `${(await Promise.all(asked)).length} answers`
    },
  }),
}

const resources = {
  static_text: resource({
    uri: 'test://static-text',
    title: 'Static text',
    description: 'Text that never changes.',
    mimeType: 'text/plain',
    read: () => 'This is the content of the static text resource.',
  }),
  static_binary: resource({
    uri: 'test://static-binary',
    description: 'A picture that never changes.',
    mimeType: 'image/png',
    read: () => Uint8Array.from(atob(PIXEL), (char) => char.charCodeAt(0)),
  }),
  template: resource({
    uri: 'test://template/{id}/data',
    description: 'Data by id.',
    mimeType: 'application/json',
    read: ({ id }) => JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
  }),
  watched: resource({
    uri: 'test://watched-resource',
    description: 'A resource to subscribe to.',
    mimeType: 'text/plain',
    read: () => 'Watched resource content.',
  }),
}

const prompts = {
  test_simple_prompt: prompt({
    description: 'A prompt without arguments.',
    render: () => 'This is a simple prompt for testing.',
  }),
  test_prompt_with_arguments: prompt({
    description: 'A prompt with two arguments.',
    args: z.object({ arg1: z.string().describe('First'), arg2: z.string().describe('Second') }),
    complete: { arg1: ['test1', 'test2'], arg2: [] },
    render: ({ arg1, arg2 }) => `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`,
  }),
  test_prompt_with_embedded_resource: prompt({
    description: 'A prompt that carries a resource.',
    args: z.object({ resourceUri: z.string().describe('The URI of the resource') }),
    render: ({ resourceUri }) => [
      {
        role: 'user',
        content: embed({ uri: resourceUri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' }),
      },
      { role: 'user', content: text('Please process the embedded resource above.') },
    ],
  }),
  test_prompt_with_image: prompt({
    description: 'A prompt that carries a picture.',
    render: () => [
      { role: 'user', content: image(PIXEL, 'image/png') },
      { role: 'user', content: text('Please analyze the image above.') },
    ],
  }),
  test_input_required_result_prompt: prompt({
    description: 'A prompt that asks first.',
    render: async (_, { ask }) =>
      (
        await ask('user_context', {
          message: 'What context should the prompt use?',
          answer: z.object({ context: z.string() }),
        })
      ).context,
  }),
}

export default kit.server({ tools: { ...content, ...asking, ...earlierTools }, resources, prompts })
