import { describe, expect, it } from 'vitest'
import { createIssuer, ISSUER, RESOURCE } from './auth/fixtures/issuer.ts'
import { protectedResource } from './auth.ts'

describe('protectedResource', () => {
  it('answers for a known token at once, and checks a new one once for all who show it', async () => {
    const issuer = await createIssuer()
    const auth = protectedResource({ resource: RESOURCE, issuer: ISSUER, fetch: issuer.fetch })
    const present = (token: string) => auth.authenticate(`Bearer ${token}`, { method: 'POST', header: () => undefined })
    const token = await issuer.sign()
    const first = present(token)
    expect(first).toBeInstanceOf(Promise)
    expect(present(token)).toBe(first)
    const principal = await first
    expect(present(token)).toBe(principal)
    expect(present(await issuer.sign({ jti: 'another' }))).toBeInstanceOf(Promise)
  })
})
