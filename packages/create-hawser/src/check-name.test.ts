import { describe, expect, it } from 'vitest'
import { checkName } from './check-name.ts'

describe('checkName', () => {
  it.each(['a', 'my-server', 'notes2', '2notes', 'x'.repeat(63)])('takes %s', (name) => {
    expect(() => checkName(name, ['hawser'])).not.toThrow()
  })

  it.each(['', '-a', 'a-', 'Notes', 'a b', 'a_b', 'a.b', '@me/a', '../a', 'ä', 'node_modules', 'x'.repeat(64)])(
    'says what a name is made of instead of %j',
    (name) => {
      expect(() => checkName(name, [])).toThrow('use small letters, digits and dashes between them')
    },
  )

  it('takes no name that npm would refuse in this project', () => {
    expect(() => checkName('zod', ['hawser', 'zod'])).toThrow('a package that the project installs')
    expect(() => checkName('http', [])).toThrow('a module of Node')
  })
})
