import { describe, expect, it } from 'vitest'
import { readClient } from './read-client.ts'

const read = (protocolVersion: string, capabilities: object, clientInfo: unknown = { name: 'n', version: '1' }) =>
  readClient({ protocolVersion, capabilities, clientInfo })

describe('what a client says when it opens', () => {
  it('is what the present calls the same', () => {
    const declared = { roots: { listChanged: true }, sampling: {}, elicitation: {}, tasks: {}, odd: 1 }
    expect(read('2025-11-25', declared).capabilities).toEqual({ roots: {}, sampling: {}, elicitation: { form: {} } })
    expect(read('2025-06-18', { elicitation: { url: {} } }).capabilities).toEqual({ elicitation: { form: {} } })
    expect(read('2025-11-25', { elicitation: { url: {} }, sampling: { tools: {}, context: {} } }).capabilities).toEqual(
      {
        elicitation: { url: {} },
        sampling: { tools: {}, context: {} },
      },
    )
  })

  it('holds nothing that its revision does not define', () => {
    expect(read('2024-11-05', { elicitation: {}, sampling: { tools: {} } }).capabilities).toEqual({
      sampling: { context: {} },
    })
    expect(read('2025-03-26', { roots: true, sampling: 1, elicitation: {} }).capabilities).toEqual({})
  })

  it('holds extensions, but none whose results it could not read', () => {
    const extensions = {
      'io.modelcontextprotocol/ui': { mimeTypes: ['a'] },
      'io.modelcontextprotocol/tasks': {},
      'a/b': 1,
    }
    expect(read('2025-11-25', { extensions }).capabilities).toEqual({
      extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: ['a'] } },
    })
    expect(read('2025-06-18', { extensions }).capabilities).toEqual({})
    expect(read('2025-11-25', { extensions: { 'a/b': { big: 'x'.repeat(5_000) } } }).capabilities).toEqual({})
  })

  it('is held once, and short', () => {
    expect(read('2025-11-25', { roots: {} })).toBe(read('2025-11-25', { roots: {} }))
    const { info } = read('2025-11-25', {}, { name: 'n'.repeat(9_999), version: '1', icons: ['x'.repeat(9_999)] })
    expect(info).toEqual({ name: 'n'.repeat(128), version: '1' })
    expect([1, null, {}, { name: 'n' }].map((odd) => read('2025-11-25', {}, odd).info)).toEqual(
      Array.from({ length: 4 }, () => undefined),
    )
  })

  it.each([[{}], [{ protocolVersion: 1 }], [{ protocolVersion: '2025-11-25', capabilities: [] }]])(
    'cannot be %j',
    (params) => {
      expect(() => readClient(params)).toThrow(expect.objectContaining({ code: 'invalid_params' }))
    },
  )
})
