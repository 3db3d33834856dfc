import { connect } from 'hawser'
import { expect, it, vi } from 'vitest'

/** What clients find of the tools when they are served by Hawser, however they came to be. */
export function testTools(reach: () => Parameters<typeof connect>[0], { hearsLeaving = true } = {}): void {
  const open = (options?: Parameters<typeof connect>[1]) => connect(reach(), options)
  const textOf = (result: object): unknown => (result as { content: [{ text: string }] }).content[0].text

  it('lists tools with their schemas and annotations', async () => {
    await using client = await open()
    const tools = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['add', 'fail', 'who', 'work', 'wipe']))
    expect(tools.find(({ name }) => name === 'add')).toMatchObject({
      title: 'Add',
      description: 'Add two numbers.',
      inputSchema: { type: 'object', required: ['a', 'b'] },
      outputSchema: { properties: { sum: { type: 'number' } } },
      annotations: { readOnlyHint: true, openWorldHint: false },
    })
  })

  it('calls them, with structured content', async () => {
    await using client = await open()
    expect(await client.call('add', { a: 1, b: 2 })).toMatchObject({
      structuredContent: { sum: 3 },
      content: [{ text: '3' }],
    })
  })

  it('says what a tool says that fails, or is given what it does not take', async () => {
    await using client = await open()
    expect(await client.call('fail')).toMatchObject({ isError: true, content: [{ text: 'The shelf is empty.' }] })
    const refused = await client.call('add', { a: 'one' })
    expect(refused.isError).toBe(true)
    expect(textOf(refused)).toMatch(/add/)
  })

  it('reports progress and logs', async () => {
    await using client = await open()
    const [progress, logs]: unknown[][] = [[], []]
    const options = {
      logLevel: 'info',
      onProgress: (report: unknown) => progress?.push(report),
      onLog: (entry: unknown) => logs?.push(entry),
    } as const
    expect(textOf(await client.call('work', {}, options))).toBe('done')
    expect(progress).toMatchObject([{ progress: 1, total: 2 }])
    expect(logs).toMatchObject([{ data: 'half way' }])
  })

  it('asks the client, and goes on with the answer', async () => {
    const asked: string[] = []
    await using client = await open({
      answers: {
        elicit: ({ message }) => {
          asked.push(message)
          return { action: 'accept', content: { sure: true } }
        },
      },
    })
    expect(textOf(await client.call('wipe'))).toBe('wiped')
    expect(asked).toEqual([expect.stringMatching(/Wipe all\?$/)])
    await using other = await open({ answers: { elicit: () => ({ action: 'accept', content: { sure: false } }) } })
    expect(textOf(await other.call('wipe'))).toBe('kept')
  })

  it('does not ask a client that cannot be asked', async () => {
    await using client = await open()
    const { isError } = await client.call('wipe').catch(() => ({ isError: true }))
    expect(isError).toBe(true)
  })

  // Workers end a request whose caller left, and whatever it was doing.
  it.runIf(hearsLeaving)('ends a call whose caller leaves', async () => {
    await using client = await open()
    const before = Number(textOf(await client.call('left')))
    const leaving = new AbortController()
    const call = client.call('wait', {}, { signal: leaving.signal, onProgress: () => leaving.abort() })
    await expect(call).rejects.toMatchObject({ code: 'aborted' })
    await vi.waitFor(async () => expect(Number(textOf(await client.call('left')))).toBe(before + 1))
  })

  it('reads resources, those of templates too', async () => {
    await using client = await open()
    expect(await client.listResources()).toMatchObject([{ uri: 'notes://readme', name: 'readme' }])
    expect(await client.listResourceTemplates()).toMatchObject([{ uriTemplate: 'notes://{id}/text' }])
    expect(await client.read('notes://readme')).toMatchObject({ contents: [{ text: 'Read me.' }] })
    expect(await client.read('notes://7/text')).toMatchObject({ contents: [{ text: 'Note 7' }] })
    await expect(client.read('notes://nothing/else/here')).rejects.toMatchObject({ code: 'invalid_params' })
  })

  it('gets prompts and completes their arguments, and those of templates', async () => {
    await using client = await open()
    expect(await client.listPrompts()).toMatchObject([{ name: 'greet', arguments: [{ name: 'name', required: true }] }])
    expect(await client.prompt('greet', { name: 'ada' })).toMatchObject({
      messages: [{ role: 'user', content: { text: 'Greet ada.' } }],
    })
    expect(await client.complete({ type: 'ref/prompt', name: 'greet' }, { name: 'name', value: 'a' })).toMatchObject({
      values: ['ada'],
    })
    expect(
      await client.complete({ type: 'ref/resource', uri: 'notes://{id}/text' }, { name: 'id', value: '' }),
    ).toMatchObject({
      values: ['first', 'second'],
    })
  })
}
