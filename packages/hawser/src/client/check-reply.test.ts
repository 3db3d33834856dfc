import { describe, expect, it } from 'vitest'
import type { Reply } from '../call/index.ts'
import type { Client } from './client-types.ts'
import { createClient } from './create-client.ts'

const ask = {
  discover: (client: Client) => client.discover(),
  'list tools': (client: Client) => client.listTools(),
  'call a tool': (client: Client) => client.call('add'),
  'list resources': (client: Client) => client.listResources(),
  'list templates': (client: Client) => client.listResourceTemplates(),
  'read a resource': (client: Client) => client.read('notes://1'),
  'list prompts': (client: Client) => client.listPrompts(),
  'get a prompt': (client: Client) => client.prompt('review'),
  'complete an argument': (client: Client) =>
    client.complete({ type: 'ref/prompt', name: 'review' }, { name: 'id', value: '' }),
}

describe('a reply that is not a result', () => {
  it.each(Object.entries(ask))('is refused where one wants to %s', async (_, run) => {
    for (const reply of [
      {},
      { tools: {}, content: 'x', messages: null, completion: {} },
      null,
      undefined,
      'text',
      [],
    ]) {
      const client = createClient(async () => reply as unknown as Reply)
      await expect(run(client)).rejects.toMatchObject({ name: 'ConnectionError', code: 'bad_reply' })
    }
  })

  it('may hold more than is known', async () => {
    const reply = { content: [], structuredContent: null, later: 1 }
    expect(await createClient(async () => reply).call('add')).toBe(reply)
  })
})
