import { describe, expect, it } from 'vitest'
import { isExtensionId } from './extension-id.ts'
import { META } from './meta.ts'

describe('the identifier of an extension', () => {
  it.each(['a/b', 'com.example/', 'com.example/x', 'io.modelcontextprotocol/ui', 'A-1.b2/c_d.e-f', 'a/1'])(
    'may be %s',
    (id) => {
      expect(isExtensionId(id)).toBe(true)
    },
  )

  it.each([
    '',
    '/',
    '/x',
    'x',
    '1a/x',
    'a-/x',
    '-a/x',
    'a..b/x',
    'a./x',
    'a/-x',
    'a/x.',
    'a/b/c',
    'a b/c',
    'é/x',
    'a/b\n',
  ])('may not be %j', (id) => {
    expect(isExtensionId(id)).toBe(false)
  })
})

describe('the keys of _meta', () => {
  // basic#meta
  // spec: meta-keys
  it('that are written here have the same form', () => {
    expect(Object.values(META).filter((key) => !isExtensionId(key))).toEqual([])
  })
})
