import { describe, expect, it } from 'vitest'
import { harbour } from './menu.ts'
import { PENDING } from './pending.ts'
import { count, createNotes, headLine, problemLines, rowLine } from './print.ts'
import type { Outcome, Row, RowResult } from './row.ts'

const ok: Outcome = { state: 'ok' }

function result(cells: Partial<RowResult['cells']> = {}, row: Partial<Row> = {}): RowResult {
  const open = () => Promise.reject(new Error('not opened here'))
  return {
    row: {
      peer: 'client 2.4.0, negotiating',
      transport: 'HTTP+SSE',
      revision: '2026-07-28',
      menu: harbour,
      open,
      ...row,
    },
    cells: { tools: ok, call: ok, read: ok, prompt: ok, ask: ok, progress: ok, cancel: ok, ...cells },
  }
}

const failed = (error: string): Outcome => ({ state: 'failed', error })

describe('the matrix', () => {
  it('fits a terminal of 100 columns, in its longest lines as well', () => {
    const long = result({ ask: failed('x '.repeat(300)), cancel: failed('y'.repeat(300)) })
    const lines = [headLine('SERVER'), rowLine(long, createNotes()), ...problemLines([long])].flatMap((line) =>
      line.split('\n'),
    )
    expect(lines.filter((line) => line.length > 100)).toEqual([])
  })

  it('gives a reason one number, however many cells share it', () => {
    const notes = createNotes()
    const cannot: Outcome = { state: 'cannot', reason: 'asks nothing' }
    expect(rowLine(result({ ask: cannot, cancel: cannot }), notes).match(/–\d/g)).toEqual(['–1', '–1'])
    expect(notes.lines()).toEqual(['–1  the peer asks nothing'])
  })

  it('tells an error once, with all cells that met it', () => {
    const down = failed('cannot connect: refused')
    const lines = problemLines([result({ tools: down, call: down }), result({ read: down }, { peer: 'other' })])
    expect(lines).toHaveLength(3)
    expect(lines[1]).toContain('tools call')
  })

  it('counts each cell, and a failure as a failure', () => {
    const tally = { ok: 0, cannot: 0, failed: 0, pending: 0 }
    count(tally, result({ ask: failed('x'), cancel: { state: 'cannot', reason: 'y' } }))
    expect(tally).toEqual({ ok: 5, cannot: 1, failed: 1, pending: 0 })
  })

  it.each(PENDING)('does not let %s stay pending when its rows work', (needs) => {
    const tally = { ok: 0, cannot: 0, failed: 0, pending: 0 }
    count(tally, result({}, { needs }))
    expect(tally.failed).toBe(1)
    expect(problemLines([result({}, { needs })])[0]).toContain('PENDING')
  })
})
