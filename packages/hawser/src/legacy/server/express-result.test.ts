import { describe, expect, it } from 'vitest'
import { REVISIONS, type Revision } from '../revisions.ts'
import { expressResult } from './express-result.ts'

type Fields = Record<string, unknown>
const express = (method: string, reply: object, revision: Revision): Fields =>
  JSON.parse(expressResult(method, reply, revision)) as Fields

const icons = [{ src: 'https://example.com/i.png' }]
const tools = {
  tools: [
    {
      name: 'a',
      title: 'A',
      description: 'Does a.',
      inputSchema: { type: 'object' },
      outputSchema: { type: 'object', properties: {} },
      annotations: { readOnlyHint: true },
      icons,
      _meta: { own: 1 },
    },
    { name: 'b', inputSchema: { type: 'object' }, outputSchema: { type: 'array' } },
  ],
  nextCursor: 'next',
  ttlMs: 60_000,
  cacheScope: 'public',
}

describe('a result in an earlier revision', () => {
  it.each(REVISIONS)('of %s says nothing of caches', (revision) => {
    const result = express('tools/list', tools, revision)
    expect(Object.keys(result).toSorted()).toEqual(['nextCursor', 'tools'])
  })

  it('lists tools with what the revision knows of them', () => {
    const [first, second] = REVISIONS.map(
      (revision) => (express('tools/list', tools, revision)['tools'] as Fields[])[0]!,
    )
    expect(first).toEqual({ name: 'a', description: 'Does a.', inputSchema: { type: 'object' } })
    expect(second).toEqual({ ...first, annotations: { title: 'A', readOnlyHint: true } })
    const third = (express('tools/list', tools, '2025-06-18')['tools'] as Fields[])[0]
    const { icons: _, ...withoutIcons } = tools.tools[0]!
    expect(third).toEqual(withoutIcons)
    expect((express('tools/list', tools, '2025-11-25')['tools'] as Fields[])[0]).toEqual(tools.tools[0])
  })

  it('promises structured content only where it is an object', () => {
    const listed = express('tools/list', tools, '2025-11-25')['tools'] as Fields[]
    expect(listed.map((tool) => 'outputSchema' in tool)).toEqual([true, false])
    const given = [{ sum: 1 }, [1], 'text', null].map((structuredContent) =>
      express('tools/call', { content: [], structuredContent }, '2025-11-25'),
    )
    expect(given.map((result) => 'structuredContent' in result)).toEqual([true, false, false, false])
    expect(express('tools/call', { content: [], structuredContent: {} }, '2025-03-26')).toEqual({ content: [] })
  })

  it('says content in blocks that the revision has', () => {
    const content = [
      {
        type: 'text',
        text: 't',
        annotations: { priority: 1, lastModified: '2026-01-01T00:00:00Z' },
        _meta: { own: 1 },
      },
      { type: 'audio', data: 'AA==', mimeType: 'audio/wav' },
      { type: 'resource_link', uri: 'quay://a', name: 'a', title: 'A', description: 'About a', icons },
    ]
    const said = (revision: Revision) => express('tools/call', { content }, revision)['content']
    expect(said('2025-11-25')).toEqual(content)
    expect(said('2025-06-18')).toEqual([content[0], content[1], { ...content[2], icons: undefined }])
    const link = { type: 'text', text: 'A <quay://a>: About a' }
    const text = { type: 'text', text: 't', annotations: { priority: 1 } }
    expect(said('2025-03-26')).toEqual([text, content[1], link])
    expect(said('2024-11-05')).toEqual([
      text,
      { type: 'resource', resource: { uri: 'embedded:audio', mimeType: 'audio/wav', blob: 'AA==' } },
      link,
    ])
  })

  it('says prompts and resources without later members', () => {
    const prompts = { prompts: [{ name: 'p', title: 'P', icons, arguments: [{ name: 'x', title: 'X' }] }] }
    expect(express('prompts/list', prompts, '2025-03-26')).toEqual({
      prompts: [{ name: 'p', arguments: [{ name: 'x' }] }],
    })
    const resources = { resources: [{ uri: 'quay://a', name: 'a', title: 'A', _meta: {} }], ttlMs: 1 }
    expect(express('resources/list', resources, '2024-11-05')).toEqual({ resources: [{ uri: 'quay://a', name: 'a' }] })
    const messages = { messages: [{ role: 'user', content: { type: 'resource_link', uri: 'quay://a', name: 'a' } }] }
    expect(express('prompts/get', messages, '2025-03-26')).toEqual({
      messages: [{ role: 'user', content: { type: 'text', text: 'a <quay://a>' } }],
    })
  })

  it('is made once of a list that never changes', () => {
    const frozen = Object.freeze({ ...tools })
    const first = expressResult('tools/list', frozen as never, '2025-06-18')
    expect(expressResult('tools/list', frozen as never, '2025-06-18')).toBe(first)
    expect(expressResult('tools/list', frozen as never, '2025-11-25')).not.toBe(first)
  })

  it('leaves what is no list and what extensions add', () => {
    expect(express('tools/call', { content: 'odd', extra: { kept: true } }, '2025-03-26')).toEqual({
      content: 'odd',
      extra: { kept: true },
    })
    expect(express('com.example/thing', { a: 1, resultType: 'complete' }, '2025-03-26')).toEqual({ a: 1 })
    expect(express('constructor', { a: 1 }, '2025-03-26')).toEqual({ a: 1 })
  })
})
