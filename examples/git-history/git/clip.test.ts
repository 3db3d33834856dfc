import { describe, expect, it } from 'vitest'
import { clipLine, clipText } from './clip.ts'

describe('clip', () => {
  it('leaves short text as it is', () => {
    expect(clipLine('größe 🌊')).toBe('größe 🌊')
    expect(clipText('a\n\tb', 10)).toBe('a\n\tb')
  })

  it('never tears a character apart', () => {
    expect(clipLine('ab🌊cd', 4)).toBe('ab…')
    expect(clipLine('ab🌊cd', 4).isWellFormed()).toBe(true)
  })

  it('takes away what a terminal would obey', () => {
    expect(clipLine('a\u001b[31mb\nc')).toBe('a [31mb c')
    expect(clipText('a\u001b]0;x\u0007b\r\nc', 50)).toBe('a\ufffd]0;x\ufffdb\nc')
  })
})
