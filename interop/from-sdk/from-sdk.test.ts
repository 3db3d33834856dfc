import { createMcpHandler } from '@modelcontextprotocol/server'
import { fromSdk } from 'hawser/from-sdk'
import { describe } from 'vitest'
import { testTools } from './suite.ts'
import { createTools1 } from './tools-1.ts'
import { createTools2 } from './tools-2.ts'
import { wrap } from './wrap.ts'

const quiet = { log: () => {} }

describe.each([
  ['a handler of version 2', () => fromSdk(createMcpHandler(createTools2), quiet)],
  ['a server of version 2 for each call', () => fromSdk(createTools2, quiet)],
  [
    'a server of version 2 for each call, again for each answer',
    () => fromSdk(createTools2, { rerun: true, ...quiet }),
  ],
  ['one server of version 2 for all', () => fromSdk(createTools2(), quiet)],
  ['a server of version 1 for each call', () => fromSdk(() => createTools1(), quiet)],
  [
    'a server of version 1 for each call, again for each answer',
    () => fromSdk(() => createTools1(), { rerun: true, ...quiet }),
  ],
  ['one server of version 1 for all', () => fromSdk(createTools1(), quiet)],
])('%s', (_, source) => {
  describe('by itself', () => {
    testTools(source)
  })
  describe('mounted', () => {
    testTools(() => wrap(source()))
  })
})
