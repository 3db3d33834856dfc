import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { shellWord } from './shell-word.ts'

it.each(['notes:read', 'https://a.example/mcp', "it's", 'a b', '$(touch x)', '`x`', ';x', '!x', '~', '*', '-x', 'ü'])(
  'makes one word of %s',
  (text) => {
    expect(execFileSync('sh', ['-c', `printf %s ${shellWord(text)}`], { encoding: 'utf8' })).toBe(text)
  },
)
