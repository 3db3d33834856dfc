import * as runtime from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { BindingError } from './binding.ts'
import { durableStore } from './durable-store.ts'

const { withEnv } = runtime as unknown as { withEnv: <T>(env: object, run: () => T) => T }

const messageOf = async (run: () => unknown): Promise<string> => {
  try {
    await run()
  } catch (error) {
    expect(error).toBeInstanceOf(BindingError)
    return String(error)
  }
  throw new Error('Nothing was thrown.')
}

/** The lines that every message ends with. */
const LINES = (binding: string): string =>
  `"durable_objects": { "bindings": [{ "name": "${binding}", "class_name": "OAuthObject" }] }`

describe('a binding', () => {
  it('that is missing is named when the module loads, with those that are there and the lines to add', async () => {
    const message = await messageOf(() => durableStore({ binding: 'AUTH' }))
    expect(message).toContain('This Worker has no binding AUTH, but it has OAUTH, OTHER, PLAIN.')
    expect(message).toContain(LINES('AUTH'))
    expect(message).toContain('"new_sqlite_classes": ["OAuthObject"]')
    expect(message).toContain("export { OAuthObject } from '@hawser/oauth/cloudflare'")
    expect(await withEnv({}, () => messageOf(() => durableStore({ binding: 'OAUTH' })))).toContain(
      'This Worker has no binding OAUTH. Add',
    )
  })

  it('that is no name of another kind of object is told apart', async () => {
    const message = await messageOf(() => durableStore({ binding: 'TEXT' }))
    expect(message).toContain('The binding TEXT of this Worker is none of Durable Objects.')
    expect(message).toContain(LINES('TEXT'))
  })

  it('that leads to another class is named when it is first used', async () => {
    const message = await messageOf(() => durableStore({ binding: 'OTHER' }).readKeys(0))
    expect(message).toContain('The objects of the binding OTHER are not of the class OAuthObject.')
    expect(message).toContain(LINES('OTHER'))
  })

  it('whose class has no SQLite storage is named when it is first used', async () => {
    const message = await messageOf(() => durableStore({ binding: 'PLAIN' }).readKeys(0))
    expect(message).toContain('The objects of the binding PLAIN have no SQLite storage.')
  })
})

describe('durableStore', () => {
  it('passes the jurisdiction and the place on', async () => {
    const seen: unknown[] = []
    const namespace = {
      idFromName: (name: string) => name,
      jurisdiction: (name: string) => {
        seen.push(name)
        return namespace
      },
      getByName: (name: string, place: unknown) => {
        seen.push(name, place)
        return { step: async () => [] }
      },
    }
    await withEnv({ OAUTH: namespace }, () =>
      durableStore({ binding: 'OAUTH', jurisdiction: 'eu', locationHint: 'weur' }).readKeys(0),
    )
    expect(seen).toEqual(['eu', 'oauth keys', { locationHint: 'weur' }])
  })

  it('reads once more when an object went away, and takes no other step twice', async () => {
    const asked: string[] = []
    const gone = Object.assign(new Error('gone'), { retryable: true })
    let failures = 0
    const stub = {
      step: async (_: unknown, name: string) => {
        asked.push(name)
        if (failures-- > 0) throw gone
        return name === 'readKeys' ? [] : true
      },
    }
    const namespace = { idFromName: () => 'aaaaaaaaaaaa', jurisdiction: () => namespace, getByName: () => stub }
    await withEnv({ OAUTH: namespace }, async () => {
      const store = durableStore({ binding: 'OAUTH' })
      failures = 1
      expect(await store.readKeys(0)).toEqual([])
      failures = 2
      await expect(store.readKeys(0)).rejects.toThrow('gone')
      failures = 1
      await expect(store.once('k', 1, 0)).rejects.toThrow('gone')
    })
    expect(asked).toEqual(['readKeys', 'readKeys', 'readKeys', 'readKeys', 'once'])
  })

  it.each([0, 257, 1.5, Number.NaN])('has no %d shards', (shards) => {
    expect(() => durableStore({ binding: 'OAUTH', shards })).toThrow('shards is a whole number from 1 to 256')
  })
})
