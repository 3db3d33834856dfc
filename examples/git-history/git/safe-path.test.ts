import { describe, expect, it } from 'vitest'
import { checkPath } from './safe-path.ts'

describe('checkPath', () => {
  it.each([
    ['', ''],
    ['.', ''],
    ['./', ''],
    ['src', 'src'],
    ['./src/', 'src'],
    ['docs/a file with spaces.md', 'docs/a file with spaces.md'],
    ['docs/größe.md', 'docs/größe.md'],
    ['a/..b/c..', 'a/..b/c..'],
    ['a/-b', 'a/-b'],
    ['$(touch x)', '$(touch x)'],
    ['*.ts', '*.ts'],
  ])('takes %j as %j', (path, expected) => expect(checkPath(path)).toBe(expected))

  it.each([
    ['a parent', '../x'],
    ['a parent in the middle', 'a/../../x'],
    ['a parent at the end', 'a/..'],
    ['a parent by backslash', 'a\\..\\..\\x'],
    ['an absolute path', '/etc/passwd'],
    ['the root of the disk', '/'],
    ['a drive', 'C:\\x'],
    ['a share', '\\\\host\\x'],
    ['a long option', '--output=/tmp/x'],
    ['a short option', '-O'],
    ['pathspec magic', ':(top)'],
    ['short pathspec magic', ':/x'],
    ['an exclusion', ':!x'],
    ['an empty step', 'a//b'],
    ['a dot step', 'a/./b'],
    ['a newline', 'a\nb'],
    ['a NUL', 'a\0b'],
    ['half a character', 'a\udc00'],
    ['a path without end', 'a'.repeat(5000)],
  ])('refuses %s', (_, path) => {
    expect(() => checkPath(path)).toThrow(expect.objectContaining({ code: 'unsafe_path' }))
  })
})
