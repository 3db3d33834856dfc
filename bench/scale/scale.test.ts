import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { costPage } from './cost-page.ts'
import { measureCosts } from './costs.ts'
import { makePlan, type Options } from './plan.ts'
import { tableOf } from './report.ts'
import { simulate } from './simulate.ts'
import { startDesk } from './start-desk.ts'

const TINY: Options = { tenants: 6, users: 4, calls: 300, listeners: 8, minutes: 0.15, seed: 7 }

describe('a plan', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(makePlan(TINY)).toEqual(makePlan(TINY))
    expect(makePlan({ ...TINY, seed: 8 }).operations).not.toEqual(makePlan(TINY).operations)
  })

  it('makes the first tenant as busy as the others together, about', () => {
    const { operations } = makePlan({ ...TINY, calls: 10_000 })
    const first = operations.filter(({ person }) => person.startsWith('t0/')).length
    expect(first / operations.length).toBeGreaterThan(0.35)
    expect(first / operations.length).toBeLessThan(0.5)
  })
})

describe('many tenants', () => {
  it('lose nothing, and have nothing done twice, whatever happens to the objects', async () => {
    const simulation = await simulate(TINY)
    expect(simulation.verdict.wrong).toEqual([])
    const { checked } = simulation.verdict
    expect(checked).toMatchObject({ operations: 300, listeners: 8 })
    for (const what of ['tasks', 'changes told', 'answers and codes', 'limited calls', 'renewals', 'grants refreshed'])
      expect(checked[what], what).toBeGreaterThan(0)
    expect(simulation.disturbances).toMatchObject({ restart: 2, crashes: 8, full: 8, slow: 8 })
    const kinds = simulation.objects.map(({ kind }) => kind)
    expect(kinds).toEqual(expect.arrayContaining(['limits', 'tasks', 'vault', 'nonces', 'sessions', 'oauth grants']))
    expect(tableOf(simulation)).toContain('Nothing was lost')
  }, 120_000)
})

describe('docs/scaling.md', () => {
  it('says what each operation costs', async () => {
    await using desk = await startDesk()
    const page = readFileSync(new URL('../../docs/scaling.md', import.meta.url), 'utf8')
    const costs = await measureCosts(desk)
    expect(page).toContain(costPage(costs))
    // It says that rows read do not matter.
    for (const { rowsRead } of Object.values(costs)) expect(rowsRead).toBeLessThan(50)
  }, 60_000)
})
