import { describe, expect, it } from 'vitest'
import { parseWhen } from './parse-when.ts'

const now = new Date('2026-05-20T10:30:00Z')

describe('parseWhen', () => {
  it.each([
    ['2026-01-31', 'start', '2026-01-31T00:00:00Z'],
    ['2026-01-31', 'end', '2026-01-31T23:59:59Z'],
    ['2026-01-31T09:00', 'start', '2026-01-31T09:00:00Z'],
    ['2026-01-31 09:00:05', 'end', '2026-01-31T09:00:05Z'],
    ['2026-01-31T09:00:00+02:00', 'start', '2026-01-31T07:00:00Z'],
    ['today', 'start', '2026-05-20T00:00:00Z'],
    ['Yesterday', 'end', '2026-05-19T23:59:59Z'],
    ['2 weeks ago', 'start', '2026-05-06T10:30:00Z'],
    ['1 month ago', 'start', '2026-04-20T10:30:00Z'],
    ['9999-12-31', 'end', '9999-12-31T23:59:59Z'],
    ['1960-01-01', 'start', '1970-01-01T00:00:00Z'],
    ['9999 years ago', 'start', '1970-01-01T00:00:00Z'],
  ] as const)('reads %j as the %s %s', (text, edge, expected) => {
    expect(parseWhen('since', text, edge, now)).toBe(Date.parse(expected) / 1000)
  })

  it.each([
    '',
    'soon',
    '2026',
    '2026-13-01',
    '2026-01-31T25:00',
    '99999 days ago',
    '--output=x',
    '2 weeks ago; touch x',
  ])('refuses %j instead of taking it for now', (text) => {
    const problem = expect.objectContaining({ code: 'bad_argument', message: expect.stringContaining('until') })
    expect(() => parseWhen('until', text, 'end', now)).toThrow(problem)
  })
})
