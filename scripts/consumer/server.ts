import { mcp } from 'hawser'
import { jsonSchema } from 'hawser/json-schema'
import { sqliteTasks } from 'hawser/node/sqlite'
import { tasks } from 'hawser/tasks'

const packed = mcp({ name: 'packed', version: '1.0.0' })

const add = packed.tool({
  description: 'Add two numbers.',
  effect: 'read',
  input: jsonSchema<{ a: number; b: number }>({
    type: 'object',
    properties: {
      a: { type: 'number', description: 'The first number, e.g. 2' },
      b: { type: 'number', description: 'The second number, e.g. 3' },
    },
    required: ['a', 'b'],
  }),
  run: ({ a, b }) => String(a + b),
})

const wait = packed.tool({
  description: 'Wait a moment.',
  effect: 'read',
  long: true,
  run: async () => {
    await new Promise((resolve) => setTimeout(resolve, 100))
    return 'waited'
  },
})

export default packed.server({
  tools: { add, wait },
  use: [tasks({ store: sqliteTasks(':memory:'), patience: 0, pollInterval: 50 })],
})
