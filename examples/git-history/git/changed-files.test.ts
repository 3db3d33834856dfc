import { describe, expect, it } from 'vitest'
import { parseChangedFiles, touches } from './changed-files.ts'

const blob = (of: string): string => of.repeat(40)
const raw = (status: string, ...paths: string[]): string =>
  [`:100644 100644 ${blob('1')} ${blob('2')} ${status}`, ...paths, ''].join('\0')

describe('parseChangedFiles', () => {
  it('joins kinds and counts, by commit', () => {
    const first = `${blob('a')}\0${raw('M', 'x')}${raw('R096', 'old', 'new')}1\t2\tx\x003\t4\t\0old\0new\0`
    const second = `${blob('b')}\0${raw('A', 'logo.png')}-\t-\tlogo.png\0`
    const found = parseChangedFiles(Buffer.from(first + second))
    expect(found.get(blob('a'))).toEqual([
      { path: 'x', change: 'modified', additions: 1, deletions: 2 },
      { path: 'new', from: 'old', change: 'renamed', additions: 3, deletions: 4 },
    ])
    expect(found.get(blob('b'))).toEqual([{ path: 'logo.png', change: 'added', binary: true }])
  })

  it('keeps tabs, newlines and colons of a path', () => {
    const path = ':a\tb\nc'
    const found = parseChangedFiles(Buffer.from(`${raw('D', path)}0\t7\t${path}\0`))
    expect(found.get('')).toEqual([{ path, change: 'deleted', additions: 0, deletions: 7 }])
  })

  it('takes whole entries only when the output was cut', () => {
    const whole = `${raw('M', 'x')}${raw('M', 'yy')}1\t1\tx\x001\t1\tyy\0`
    const at = whole.indexOf('yy') + 1
    expect(parseChangedFiles(Buffer.from(whole.slice(0, at))).get('')).toEqual([{ path: 'x', change: 'modified' }])
  })
})

describe('touches', () => {
  const file = { path: 'src/new.ts', from: 'lib/old.ts', change: 'renamed' } as const
  it.each(['', 'src', 'src/new.ts', 'lib', 'lib/old.ts'])('holds for %j', (path) =>
    expect(touches(file, path)).toBe(true),
  )
  it.each(['sr', 'src/new', 'new.ts', 'src/new.ts/x'])('fails for %j', (path) =>
    expect(touches(file, path)).toBe(false),
  )
})
