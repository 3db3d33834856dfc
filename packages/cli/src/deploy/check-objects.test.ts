import { describe, expect, it } from 'vitest'
import type { WorkerConfig } from '../wrangler/project.ts'
import { checkObjects } from './check-objects.ts'

const config = (
  bindings: WorkerConfig['durable_objects']['bindings'],
  migrations: WorkerConfig['migrations'] = [],
): WorkerConfig => ({ compatibility_flags: [], vars: {}, durable_objects: { bindings }, migrations })

const HAWSER = { name: 'HAWSER', class_name: 'HawserObject' }
const MADE = { tag: 'v1', new_sqlite_classes: ['HawserObject'] }

const judge = (...args: Parameters<typeof checkObjects>): readonly string[] =>
  checkObjects(...args).map(({ verdict, found }) => `${verdict} ${found}`)

describe('Durable Objects', () => {
  it('are well when exports, bindings and migrations agree', () => {
    expect(judge(config([HAWSER], [MADE]), ['default', 'HawserObject'])).toEqual([
      'good HawserObject, up to migration v1',
    ])
    expect(judge(config([]), ['default'])).toEqual(['skipped none'])
  })

  it('that another Worker has are its own affair', () => {
    expect(judge(config([{ ...HAWSER, script_name: 'other' }]), ['default'])).toEqual(['skipped none'])
  })

  it('are missed one by one', () => {
    expect(judge(config([HAWSER], [MADE]), ['default'])).toEqual([
      'bad HAWSER is bound to HawserObject, which the main file does not export',
    ])
    expect(judge(config([HAWSER]), ['HawserObject'])).toEqual(['bad no migration makes HawserObject'])
    expect(judge(config([], [MADE]), ['default'])).toEqual([
      'bad a migration has made HawserObject, which is neither exported nor bound any more',
    ])
    expect(judge(config([], []), ['OAuthObject'])).toEqual(['note OAuthObject is exported, but not bound'])
  })

  it('that were renamed keep what they store', () => {
    const [found] = checkObjects(config([{ name: 'KEPT', class_name: 'Kept' }], [MADE]), ['Kept'])
    expect(found?.fix).toContain('{ "tag": "v2", "renamed_classes": [{ "from": "HawserObject", "to": "Kept" }] }')
  })

  it('are followed through renames, transfers and deletions', () => {
    const steps = [
      { tag: 'v1', new_classes: ['A', 'B'] },
      { tag: 'v2', renamed_classes: [{ from: 'A', to: 'C' }], transferred_classes: [{ to: 'D' }] },
      { tag: 'v3', deleted_classes: ['B'] },
    ]
    expect(judge(config([], steps), ['C'])).toEqual([
      'bad a migration has made D, which is neither exported nor bound any more',
    ])
  })
})
