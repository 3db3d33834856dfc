import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { Project } from '../../wrangler/project.ts'
import { keepPlan, type Plan } from '../plan.ts'
import { inOrder } from './in-order.ts'

const root = mkdtempSync(join(tmpdir(), 'hawser-order-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const PLAN: Plan = { name: 'quay', bindings: [], compatibility: [], gzip: 0, inputs: '' }

const projectIn = (folder: string): Project => {
  mkdirSync(folder, { recursive: true })
  return { folder, config: join(folder, 'wrangler.jsonc'), wrangler: { version: '', command: '', module: '' } }
}

it('deploys what others are bound to first, but for the first time that one Worker becomes several', async () => {
  const whole = projectIn(join(root, 'quay'))
  const workers = ['owner', 'tides', 'berths'].map((part) => ({
    part,
    project: projectIn(join(root, 'quay/.hawser/split', part)),
  }))
  const order = async (): Promise<readonly string[]> =>
    (await inOrder(whole, undefined, workers)).map(({ part }) => part)
  expect(await order()).toEqual(['owner', 'tides', 'berths'])
  await keepPlan(whole, undefined, PLAN)
  expect(await order()).toEqual(['tides', 'berths', 'owner'])
  await keepPlan(workers[0]!.project, undefined, PLAN)
  expect(await order()).toEqual(['owner', 'tides', 'berths'])
})
