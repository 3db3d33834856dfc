import { describe, expect, it } from 'vitest'
import { readLocalUser } from './local-user.ts'

const known = ['notes:read', 'notes:write']

describe('the local user', () => {
  // spec: auth-stdio
  it.each([
    [{}, 'local', known],
    [{ HAWSER_AS: 'ada' }, 'ada', known],
    [{ HAWSER_AS: '', HAWSER_SCOPES: '' }, 'local', []],
    [{ HAWSER_SCOPES: ' notes:read ,' }, 'local', ['notes:read']],
  ])('is whom the environment says: %j', (env, subject, scopes) => {
    expect(readLocalUser(known, env)).toEqual({ subject, scopes: new Set(scopes) })
  })

  it('holds no scope that does not exist', () => {
    expect(() => readLocalUser(known, { HAWSER_SCOPES: 'notes:reed' })).toThrow('notes:reed')
  })
})
