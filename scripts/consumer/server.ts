import { mcp } from 'hawser'
import { jsonSchema } from 'hawser/json-schema'

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

export default packed.server({ tools: { add } })
