import { needs } from 'hawser'
import { jsonSchema } from 'hawser/json-schema'
import * as z from 'zod'

const { tool } = needs<{}>()
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** What only clients of earlier revisions are tested with. */
export const earlierTools = {
  test_tool_with_logging: tool({
    description: 'Writes three log lines, one after the other.',
    effect: 'read',
    run: async (_, { log }) => {
      for (const line of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
        log('info', line)
        await pause(50)
      }
      return 'Tool with logging executed successfully'
    },
  }),
  test_reconnection: tool({
    description: 'Takes longer than the connection that it answers on.',
    effect: 'read',
    run: async () => {
      await pause(2_200)
      return 'Reconnection test completed successfully'
    },
  }),
  test_sampling: tool({
    description: 'Asks the client’s model.',
    effect: 'read',
    input: z.object({ prompt: z.string() }),
    run: async ({ prompt: question }, { sample }) => {
      const { content: answer } = await sample('answer', {
        messages: [{ role: 'user', content: { type: 'text', text: question } }],
        maxTokens: 50,
      })
      return `LLM response: ${'text' in answer ? answer.text : 'no text'}`
    },
  }),
  test_elicitation: tool({
    description: 'Asks the person.',
    effect: 'read',
    input: z.object({ message: z.string() }),
    run: async ({ message }, { ask }) => {
      const answer = z.object({
        username: z.string().describe('Your name'),
        email: z.string().describe('Your address'),
      })
      return `User response: ${JSON.stringify(await ask('user', { message, answer }))}`
    },
  }),
  test_elicitation_sep1034_defaults: tool({
    description: 'Asks with a default in every field.',
    effect: 'read',
    run: async (_, { ask }) => {
      const answer = z.object({
        name: z.string().default('John Doe'),
        age: z.int().default(30),
        score: z.number().default(95.5),
        status: z.enum(['active', 'inactive', 'pending']).default('active'),
        verified: z.boolean().default(true),
      })
      const given = await ask('defaults', { message: 'Please review and update the form', answer })
      return `Elicitation completed: action=accept, content=${JSON.stringify(given)}`
    },
  }),
  test_elicitation_sep1330_enums: tool({
    description: 'Asks with every form of a choice.',
    effect: 'read',
    run: async (_, { ask }) => {
      const plain = ['option1', 'option2', 'option3']
      const titled = (...titles: readonly string[]) => titles.map((title, at) => ({ const: `value${at + 1}`, title }))
      const answer = jsonSchema<object>({
        type: 'object',
        properties: {
          untitledSingle: { type: 'string', enum: plain },
          titledSingle: { type: 'string', oneOf: titled('First Option', 'Second Option', 'Third Option') },
          legacyEnum: {
            type: 'string',
            enum: ['opt1', 'opt2', 'opt3'],
            enumNames: ['Option One', 'Option Two', 'Option Three'],
          },
          untitledMulti: { type: 'array', items: { type: 'string', enum: plain } },
          titledMulti: { type: 'array', items: { anyOf: titled('First Choice', 'Second Choice', 'Third Choice') } },
        },
      })
      const given = await ask('choices', { message: 'Please choose', answer })
      return `Elicitation completed: action=accept, content=${JSON.stringify(given)}`
    },
  }),
}
