import { describe, expect, it } from 'vitest'
import { BindingError, durableStore, OAuthObject, publicDocuments } from './index.ts'

describe('elsewhere than on Workers', () => {
  it('a store can be made, so that a server loads, and says what is wrong when it is used', async () => {
    const store = durableStore({ binding: 'OAUTH' })
    expect(store.isLasting).toBe(true)
    expect(() => store.place?.('ada')).toThrow(BindingError)
    await expect(store.readGrant('00-x', 0)).rejects.toThrow('this program is no Worker')
    expect(OAuthObject).toBeTypeOf('function')
  })

  it('no document is fetched, since nothing keeps a stranger out of the network', async () => {
    const loading = publicDocuments()(new URL('https://client.example/c'), { maxBytes: 100, timeoutMs: 100 })
    await expect(loading).rejects.toMatchObject({ code: 'blocked' })
  })
})
