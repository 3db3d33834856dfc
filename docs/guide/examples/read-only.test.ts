import { connect, mcp } from 'hawser'
import { expect, it } from 'vitest'
import { readOnly } from './read-only.ts'

it('refuses to delete and lets everything else through', async () => {
  const notes = mcp({ name: 'notes', version: '1.0.0' })
  const tool = notes.tool({ description: 'Do it.', effect: 'write', run: () => 'done' })
  const server = notes.server({ tools: { delete_note: tool, add_note: tool }, use: [readOnly] })
  await using client = await connect(server)
  expect(await client.tools.add_note()).toBe('done')
  await expect(client.tools.delete_note()).rejects.toThrow('read-only')
})
