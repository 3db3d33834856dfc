import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Handle, isCallOf, mcp, ProtocolError } from '../index.ts'
import { mount } from '../compose.ts'
import { connect } from '../testing/index.ts'
import { foldName } from './check-names.ts'

/** A server that lists these tools, and says who was called by which name. */
const echo =
  (server: string, names: readonly string[]): Handle =>
  async (call) => {
    if (isCallOf(call, 'tools/list')) {
      const tools = names.map((name) => ({ name, inputSchema: { type: 'object' as const } }))
      return { tools, ttlMs: 60_000, cacheScope: 'public' }
    }
    if (isCallOf(call, 'tools/call')) {
      return { content: [], structuredContent: { server, name: call.params.name } }
    }
    throw new ProtocolError('method_not_found', 'no')
  }

const name = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '_', '-', '.'), minLength: 1, maxLength: 5 })
const names = fc.uniqueArray(name, { maxLength: 8 })

describe('names of mounted tools', () => {
  it('are each one pair of mount and name, however they are made', async () => {
    const kit = mcp({ name: 'desk', version: '1', log: () => {} })
    const own = kit.tool({ description: 'Own.', effect: 'read', run: () => 'own' })
    await fc.assert(
      fc.asyncProperty(names, names, names, async (a, b, both) => {
        const server = kit.server({
          tools: { a_b: own },
          mounts: {
            a: mount(echo('a', [...a, ...both])),
            a_b: mount(echo('a_b', [...b, ...both])),
            plain: mount(echo('plain', both), { prefix: '' }),
          },
        })
        await using client = await connect(server)
        const listed = (await client.listTools()).map((tool) => tool.name)
        expect(new Set(listed.map(foldName)).size).toBe(listed.length)
        const prefixes: Readonly<Record<string, string>> = { a: 'a_', a_b: 'a_b_', plain: '' }
        for (const exposed of listed.filter((each) => each !== 'a_b')) {
          const { structuredContent } = await client.call(exposed)
          const called = structuredContent as { readonly server: string; readonly name: string }
          expect(`${prefixes[called.server]}${called.name}`).toBe(exposed)
        }
        expect(await client.tools.a_b()).toBe('own')
      }),
      { numRuns: 60 },
    )
  })

  it.each([
    ['a-b', 'a_b'],
    ['A.B', 'a_b'],
    ['a--b', 'a_b'],
    ['ａ', 'a'],
  ])('are folded to what nobody tells apart: %s and %s', (one, other) => {
    expect(foldName(one)).toBe(foldName(other))
  })
})
