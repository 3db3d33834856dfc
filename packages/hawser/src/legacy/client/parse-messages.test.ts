import { describe, expect, it } from 'vitest'
import { parseMessages } from './parse-messages.ts'

const message = { jsonrpc: '2.0', id: 1, result: {} }

describe('messages of one text', () => {
  it('are one, or those of a batch', () => {
    expect(parseMessages(JSON.stringify(message))).toEqual([{ kind: 'response', id: 1, result: {} }])
    expect(parseMessages(` [${JSON.stringify(message)}, 7, {"id": 2}]`)).toMatchObject([
      { kind: 'response', id: 1 },
      { kind: 'invalid', id: 2 },
    ])
    expect(parseMessages('[]')).toEqual([])
  })

  it.each([
    ['is not JSON', '[{'],
    ['holds too many', JSON.stringify(Array.from({ length: 1001 }, () => message))],
    ['is too deep', `${'['.repeat(1000)}${']'.repeat(1000)}`],
  ])('are none when the batch %s', (_, text) => {
    expect(parseMessages(text)).toMatchObject([{ kind: 'invalid' }])
  })
})
