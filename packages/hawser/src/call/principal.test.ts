import { describe, expect, it } from 'vitest'
import { callerId, type Principal } from './principal.ts'

const ada: Principal = { subject: 'ada', issuer: 'https://login', clientId: 'editor', scopes: new Set() }

describe('the name of a caller', () => {
  it('is the same whatever is granted, and until when', () => {
    expect(callerId({ ...ada, scopes: new Set(['a']), grant: 'g', expiresAt: 1 })).toBe(callerId(ada))
  })

  it.each<[string, Principal]>([
    ['subject', { ...ada, subject: 'eve' }],
    ['issuer', { ...ada, issuer: 'https://other' }],
    ['program', { ...ada, clientId: 'other' }],
    ['tenant', { ...ada, tenant: 'acme' }],
    ['transport', { subject: 'ada', scopes: new Set() }],
    ['words', { subject: callerId(ada), scopes: new Set() }],
  ])('is another one for another %s', (_, other) => {
    expect(callerId(other)).not.toBe(callerId(ada))
  })

  it('is that of a local user as it is, and none for nobody', () => {
    expect(callerId({ subject: 'local', scopes: new Set() })).toBe('local')
    expect(callerId(undefined)).toBeUndefined()
  })
})
