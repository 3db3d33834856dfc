import { connect, ToolError } from 'hawser'
import type server from './notes.ts'

await using notes = await connect<typeof server>(process.argv[2] ?? 'http://127.0.0.1:3000/mcp', {
  answers: {
    elicit: ({ message }) => {
      console.log(`asked: ${message}`) // show it to a person; this one refuses everything
      return { action: 'decline' }
    },
  },
})

const { ids } = await notes.tools.search({ word: 'tide' }) // ids: string[]
for (const id of ids) console.log(`${id}:`, await notes.resources.note({ id }))

try {
  await notes.tools.forget({ id: 'tides' }, { timeout: 30_000 })
} catch (error) {
  if (!(error instanceof ToolError)) throw error
  console.log(`refused: ${error.message}`)
}
