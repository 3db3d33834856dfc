import { describe, expect, it } from 'vitest'
import { prepareHeaders } from './own-headers.ts'

describe('headers of a client', () => {
  it('have names in lower case', () => {
    expect(prepareHeaders({ Authorization: 'Bearer x' })()).toEqual({ authorization: 'Bearer x' })
    expect(prepareHeaders()()).toEqual({})
  })

  it('are asked for anew where a function gives them', async () => {
    let count = 0
    const headers = prepareHeaders(async () => ({ Authorization: `Bearer ${++count}` }))
    expect([await headers(), await headers()]).toEqual([{ authorization: 'Bearer 1' }, { authorization: 'Bearer 2' }])
  })

  it('are refused without showing their values', async () => {
    const secret = 'sk-1\n2'
    const refusal = /^Expected headers of your own, in characters that HTTP allows, got "x-key"\.$/
    expect(() => prepareHeaders({ 'x-key': secret })).toThrow(refusal)
    await expect(prepareHeaders(() => ({ 'x-key': secret }))()).rejects.toThrow(refusal)
  })

  it.each(['Content-Length', 'transfer-encoding', 'connection'])('do not include %s', (name) => {
    expect(() => prepareHeaders({ [name]: '1' })).toThrow(`got "${name}"`)
  })
})
