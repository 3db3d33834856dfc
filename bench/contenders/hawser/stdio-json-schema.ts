import { mcp } from 'hawser'
import { jsonSchema } from 'hawser/json-schema'
import { serveStdio } from 'hawser/stdio'
import { textJsonSchema } from '../../tools/plain.ts'

const kit = mcp({ name: 'bench', version: '1.0.0' })

serveStdio(
  kit.server({
    tools: {
      echo: kit.tool({
        description: 'Return the given text unchanged.',
        effect: 'read',
        input: jsonSchema<{ text: string }>(textJsonSchema),
        run: ({ text }) => text,
      }),
    },
  }),
)
