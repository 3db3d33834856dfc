import { bundle, startWorkers } from '../../packages/hawser/src/cloudflare/fixtures/start-workers.ts'
import { callSignedIn } from '../call-signed-in.ts'
import { freePort } from '../../examples/notes/free-port.ts'
import { expect, it } from 'vitest'

it('keeps the notes of each person in a database, for whoever signed in', async () => {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const { miniflare } = await startWorkers({
    port,
    modules: true,
    script: await bundle('../../../../../interop/moving/worker.ts'),
    compatibilityDate: '2026-06-11',
    compatibilityFlags: ['enable_request_signal', 'global_fetch_strictly_public'],
    bindings: { ORIGIN: origin, OAUTH_SECRET: 'a secret of forty characters, for tests.' },
    d1Databases: ['DB'],
    durableObjects: { OAUTH: { className: 'OAuthObject', useSQLite: true } },
  })
  try {
    const database = await miniflare.getD1Database('DB')
    await database.exec('CREATE TABLE notes (owner TEXT, text TEXT)')
    for (const id of [1, 2]) {
      const saved = await callSignedIn(new URL('/mcp', origin), 'save', { text: 'High tide at seven.' })
      expect(saved).toEqual({ isSignedIn: true, structuredContent: { id } })
    }
    const { results } = await database.prepare('SELECT DISTINCT owner FROM notes').all()
    expect(results).toEqual([{ owner: 'ada' }])
  } finally {
    await miniflare.dispose()
  }
})
