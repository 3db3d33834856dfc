import { mcp } from 'hawser'
import { serveStdio } from 'hawser/stdio'
import { textSchema } from '../../tools/plain.ts'

const kit = mcp({ name: 'bench', version: '1.0.0' })

serveStdio(
  kit.server({
    tools: {
      echo: kit.tool({
        description: 'Return the given text unchanged.',
        effect: 'read',
        input: textSchema,
        run: ({ text }) => text,
      }),
    },
  }),
)
