import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, vi } from 'vitest'
import { createSteps } from './steps.ts'

function open() {
  const database = new DatabaseSync(':memory:')
  database.exec(`
    PRAGMA foreign_keys = ON;
    CREATE TABLE numbers (n INTEGER PRIMARY KEY, twin INTEGER REFERENCES numbers DEFERRABLE INITIALLY DEFERRED) STRICT;
  `)
  const steps = createSteps(database)
  const insert = database.prepare('INSERT INTO numbers VALUES (?, ?)')
  return {
    ...steps,
    add: (n: number, twin: number | null = null) => Number(insert.run(n, twin).changes),
    numbers: () =>
      database
        .prepare('SELECT n FROM numbers ORDER BY n')
        .all()
        .map(({ n }) => n),
    level: () => database.prepare('PRAGMA synchronous').get()?.['synchronous'],
    waits: vi.spyOn(database, 'exec'),
  }
}

describe('steps', () => {
  it('wait for the disk only where they last', async () => {
    const { step, lasting, level } = open()
    const [NORMAL, FULL] = [1, 2]
    expect(step(level)).toBe(NORMAL)
    expect(await lasting(level)).toBe(FULL)
    expect(step(level)).toBe(NORMAL)
  })

  it('of one turn share one wait', async () => {
    const { lasting, add, numbers, waits } = open()
    expect(await Promise.all([1, 2, 3].map((n) => lasting(() => add(n))))).toEqual([1, 1, 1])
    expect(numbers()).toEqual([1, 2, 3])
    expect(waits.mock.calls.filter(([sql]) => sql.endsWith('FULL'))).toHaveLength(1)
  })

  it('that fail undo themselves and none of the others', async () => {
    const { step, lasting, add, numbers } = open()
    const failing = (n: number) => () => {
      add(n)
      throw new Error('no')
    }
    const outcomes = await Promise.allSettled([
      lasting(() => add(1)),
      lasting(failing(2)),
      lasting(() => add(1)),
      lasting(() => add(3)),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    expect(() => step(failing(4))).toThrow('no')
    expect(numbers()).toEqual([1, 3])
  })

  it('that could not be written are told so, all of them', async () => {
    const { step, lasting, add, numbers, level } = open()
    const outcomes = await Promise.allSettled([lasting(() => add(1)), lasting(() => add(2, 99))])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(() => step(() => add(3, 99))).toThrow('FOREIGN KEY')
    expect(await lasting(() => add(4))).toBe(1)
    expect(numbers()).toEqual([4])
    expect(step(level)).toBe(1)
  })

  it('that wait are written before the file is closed, and none after', async () => {
    const { lasting, add, close } = open()
    const waiting = lasting(() => add(1))
    close()
    expect(await waiting).toBe(1)
    await expect(lasting(() => add(2))).rejects.toThrow('not open')
  })
})
