import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { listen } from 'hawser/node'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSampleRepository, temporaryFolder } from '../examples/git-history/git/sample-repository.ts'
import { createGitHistory } from '../examples/git-history/server.ts'

const folder = temporaryFolder()
beforeAll(() => void createSampleRepository(folder.path))
afterAll(() => folder.remove())

const script = join(import.meta.dirname, '../examples/git-history/stdio.ts')
const overStdio = async () => ({
  transport: new StdioClientTransport({
    command: process.execPath,
    args: ['--conditions=hawser-source', script],
    env: { PATH: process.env['PATH'] ?? '', GIT_REPO: folder.path },
  }),
  stop: async () => {},
})
const overHttp = async () => {
  const { url, close } = await listen(createGitHistory(folder.path), { port: 0 })
  return { transport: new StreamableHTTPClientTransport(new URL(url)), stop: close }
}

const PINNED = { pin: '2026-07-28' }

/** The client of the official TypeScript SDK, version 2.4.0. */
describe.each([
  ['stdio, pinned to the revision', overStdio, PINNED],
  ['stdio, negotiating', overStdio, 'auto'],
  ['HTTP, pinned to the revision', overHttp, PINNED],
  ['HTTP, negotiating', overHttp, 'auto'],
  ['stdio, opening with a handshake', overStdio, 'legacy'],
  ['HTTP, opening with a handshake', overHttp, 'legacy'],
] as const)('the official client over %s', (_, open, mode) => {
  const revision = mode === 'legacy' ? '2025-11-25' : '2026-07-28'

  const client = new Client({ name: 'official', version: '2.4.0' }, { versionNegotiation: { mode } })
  let stop: () => Promise<void>
  beforeAll(async () => {
    const opened = await open()
    stop = opened.stop
    await client.connect(opened.transport)
  })
  afterAll(async () => {
    await client.close()
    await stop()
  })

  it('agrees on the revision', () => {
    expect(client.getNegotiatedProtocolVersion()).toBe(revision)
    expect(client.getServerVersion()).toMatchObject({ name: 'git-history', title: 'Git history' })
  })

  it('lists tools, resources, templates and prompts', async () => {
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name).join(' ')).toBe(
      'find_changes explain_commit who_changed compare_points browse_files',
    )
    expect(tools[0]?.annotations).toMatchObject({ readOnlyHint: true, destructiveHint: false })
    expect((await client.listResources()).resources[0]).toMatchObject({ uri: 'git://HEAD/README.md' })
    expect((await client.listResourceTemplates()).resourceTemplates).toHaveLength(1)
    expect((await client.listPrompts()).prompts[0]?.arguments).toMatchObject([{ name: 'commit' }])
  })

  // The client checks structured content against the output schema that it has listed.
  it.each([
    ['find_changes', { words: 'gauge' }, 'changes'],
    ['explain_commit', { ref: 'gauge' }, 'commit'],
    ['who_changed', { path: 'src/tides/calculate.ts' }, 'groups'],
    ['compare_points', { base: 'v1.0', path: 'docs' }, 'patch'],
    ['browse_files', {}, 'entries'],
    ['browse_files', { path: 'assets/logo.png' }, 'mediaType'],
  ])('calls %s %j', async (name, args, field) => {
    const { isError, structuredContent, content } = await client.callTool({ name, arguments: args })
    expect([isError ?? false, content]).toEqual([false, [{ type: 'text', text: expect.any(String) }]])
    expect(structuredContent).toHaveProperty(field)
  })

  it('hears of progress only if there is any, and of errors in words', async () => {
    const onprogress = (): void => {}
    const { isError, content } = await client.callTool(
      { name: 'find_changes', arguments: { ref: '--all' } },
      { onprogress },
    )
    expect([isError, content]).toEqual([true, [{ type: 'text', text: expect.stringContaining('Expected one branch') }]])
    await expect(client.callTool({ name: 'nothing', arguments: {} })).rejects.toMatchObject({ code: -32602 })
  })

  it('reads, completes and prompts', async () => {
    const { contents } = await client.readResource({ uri: 'git://v1.0/README.md' })
    expect(contents).toMatchObject([{ mimeType: 'text/markdown', text: '# Tides\n\nWhen does the water come?\n' }])
    await expect(client.readResource({ uri: 'git://HEAD/missing' })).rejects.toMatchObject({
      code: -32602,
    })
    const ref = { type: 'ref/resource', uri: 'git://{ref}/{+path}' } as const
    const { completion } = await client.complete({ ref, argument: { name: 'ref', value: 'v' } })
    expect(completion.values).toEqual(['v1.0'])
    const { messages } = await client.getPrompt({ name: 'explain_this_change', arguments: { commit: 'gauge' } })
    expect(JSON.stringify(messages)).toContain('Retry when the gauge is late')
  })
})
