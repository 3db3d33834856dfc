import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { shellWord } from './shell-word.ts'

it.each(['notes:read', 'https://a.example/mcp', "it's", 'a b', '$(touch x)', '`x`', ';x', '!x', '~', '*', '-x', 'ü'])(
  'makes one word of %s',
  (text) => {
    expect(execFileSync('sh', ['-c', `printf %s ${shellWord(text, 'linux')}`], { encoding: 'utf8' })).toBe(text)
  },
)

it.each([
  ['notes:read', 'notes:read'],
  ["a';calc;'b", `"a';calc;'b"`],
  ['a&calc', '"a&calc"'],
  ['a|b>c', '"a|b>c"'],
  ['$(calc)', '…'],
  ['%PATH%', '…'],
  ['a`b', '…'],
  ['”;calc;“', '…'],
  ['"&calc&"', '…'],
  ['a\\', '…'],
])('makes one word of %s in every shell of Windows', (text, word) => {
  expect(shellWord(text, 'win32')).toBe(word)
})
