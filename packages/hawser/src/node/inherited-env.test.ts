import { describe, expect, it } from 'vitest'
import { inheritedEnv } from './inherited-env.ts'

describe('the environment of a child process', () => {
  it('has what a program needs and none of the secrets of its parent', () => {
    const parent = { PATH: '/bin', HOME: '/home/ada', GITHUB_TOKEN: 'secret', NODE_OPTIONS: '--x', LANG: undefined }
    expect(inheritedEnv(parent, {}, 'linux')).toEqual({ PATH: '/bin', HOME: '/home/ada' })
  })

  it('has what is given, in place of what is inherited', () => {
    const parent = { PATH: '/bin', HOME: '/home/ada', TERM: 'xterm' }
    const extra = { PATH: '/opt', TOKEN: 'mine', TERM: undefined }
    expect(inheritedEnv(parent, extra, 'linux')).toEqual({ PATH: '/opt', HOME: '/home/ada', TOKEN: 'mine' })
  })

  it('has no shell functions', () => {
    expect(inheritedEnv({ TERM: '() { :; }; echo' }, {}, 'linux')).toEqual({})
  })

  it('takes names in any case on Windows, and no variable twice', () => {
    const parent = { Path: 'C:\\a', SystemRoot: 'C:\\Windows', Secret: 'x' }
    expect(inheritedEnv(parent, {}, 'win32')).toEqual({ Path: 'C:\\a', SystemRoot: 'C:\\Windows' })
    expect(inheritedEnv(parent, { PATH: 'C:\\b' }, 'win32')).toEqual({ PATH: 'C:\\b', SystemRoot: 'C:\\Windows' })
  })

  it('is not misled by names that objects have anyway', () => {
    const parent = JSON.parse('{"__proto__": "x", "constructor": "y", "PATH": "/bin"}') as Record<string, string>
    expect(inheritedEnv(parent, {}, 'linux')).toEqual({ PATH: '/bin' })
  })
})
