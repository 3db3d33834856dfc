import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Miniflare, MiniflareOptions } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { bundle, COMPATIBILITY, startWorkers } from './fixtures/start-workers.ts'

describe('an object', () => {
  let folder: string
  let script: string
  let miniflare: Miniflare

  const optionsFor = (version: number) =>
    ({
      name: 'main',
      modules: true,
      script,
      ...COMPATIBILITY,
      bindings: { VERSION: version, TEXT: 'text' },
      serviceBindings: { SELF: 'main' },
      durableObjects: {
        HAWSER: { className: 'Diary', useSQLite: true },
        OTHER: { className: 'Other', useSQLite: true },
      },
      durableObjectsPersist: folder,
    }) as const
  const deploy = (version: number): Promise<void> => miniflare.setOptions(optionsFor(version) as MiniflareOptions)
  const ask = async (...what: readonly unknown[]): Promise<unknown> =>
    (await miniflare.dispatchFetch('http://localhost/', { method: 'POST', body: JSON.stringify(what) })).json()
  const call = (name: string, method: string, ...args: unknown[]) => ask('HAWSER', 'diary', name, method, ...args)
  const evict = (name: string): Promise<void> =>
    miniflare.unsafeEvictDurableObject('main', 'Diary', { name: `diary:${name}` })

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hawser-objects-'))
    script = await bundle('diary-worker.ts')
    ;({ miniflare } = await startWorkers(optionsFor(1)))
  })
  afterAll(async () => {
    await miniflare?.dispose()
    await rm(folder, { recursive: true, force: true })
  })

  it('brings its tables to the newest version, and says when they are newer', async () => {
    const later = Date.now() + 3_600_000
    await call('ada', 'write', 'Monday', later)
    expect(await call('ada', 'read')).toEqual([{ text: 'Monday', due: later }])
    await deploy(2)
    expect(await call('ada', 'read')).toEqual([{ text: 'Monday', due: later, mood: 'calm' }])
    await evict('ada')
    await call('ada', 'write', 'Tuesday', later + 1)
    expect(await call('ada', 'read')).toHaveLength(2)
    await deploy(1)
    expect(await call('ada', 'read')).toBe(
      'Error: What is stored here is of version 2; this Worker knows 1 at most. Deploy the newer one again.',
    )
    await deploy(2)
    expect(await call('ada', 'read')).toHaveLength(2)
  })

  it('wakes up for what is due first, also when it has left the memory meanwhile', async () => {
    const now = Date.now()
    const later = now + 3_600_000
    await call('bob', 'write', 'far', later)
    await call('bob', 'write', 'soon', now + 1_200)
    await call('bob', 'write', 'next', now + 1_300)
    await evict('bob')
    await vi.waitFor(async () => expect(await call('bob', 'read')).toMatchObject([{ text: 'far', due: later }]), 10_000)
  })

  it('has the methods of its role and no others', async () => {
    const text = expect.stringContaining('has no method') as unknown
    expect(await call('ada', 'toString')).toEqual(text)
    expect(await call('ada', 'constructor')).toEqual(text)
    expect(await ask('HAWSER', 'nothing', 'x', 'read')).toMatch(
      'opened by a name such as "changes:lists"; this one is "nothing:x"',
    )
  })
})

describe('the binding of objects', () => {
  it('is found when the module loads, or said how to make', async () => {
    const { miniflare } = await startWorkers({
      name: 'main',
      modules: true,
      script: await bundle('diary-worker.ts'),
      ...COMPATIBILITY,
      bindings: { VERSION: 1, TEXT: 'text' },
      serviceBindings: { SELF: 'main' },
      durableObjects: {
        HAWSER: { className: 'Diary', useSQLite: true },
        OTHER: { className: 'Other', useSQLite: true },
      },
    })
    try {
      const loaded = (await (await miniflare.dispatchFetch('http://localhost/')).json()) as Record<string, string>
      expect([loaded['HAWSER'], loaded['OTHER']]).toEqual([undefined, undefined])
      expect(loaded['MISSING']).toBe(
        `TypeError: durableDiary({ binding: 'MISSING' }): the binding is not there. There is "HAWSER", "OTHER". wrangler.jsonc needs these lines:

  "durable_objects": { "bindings": [{ "name": "MISSING", "class_name": "HawserObject" }] },
  "migrations": [{ "tag": "hawser", "new_sqlite_classes": ["HawserObject"] }],

and the main module of the Worker this one:

  export { HawserObject } from 'hawser/cloudflare'
`,
      )
      expect(loaded['toString']).toMatch('the binding is not there')
      for (const name of ['TEXT', 'SELF']) expect(loaded[name]).toMatch('the binding is not one of Durable Objects')
      const body = JSON.stringify(['OTHER', 'diary', 'x', 'read'])
      const answer = await miniflare.dispatchFetch('http://localhost/', { method: 'POST', body })
      expect(await answer.json()).toMatch('The binding OTHER leads to another class than HawserObject')
    } finally {
      await miniflare.dispose()
    }
  })

  it('is wanted only when it is used, where this is no Worker', async () => {
    const { durableChanges } = await import('./index.ts')
    const changes = durableChanges({ binding: 'HAWSER' })
    await expect(Promise.resolve(changes.publish({ kind: 'tools' }))).rejects.toThrow(
      "durableChanges({ binding: 'HAWSER' }) needs the Workers runtime.",
    )
  })
})
