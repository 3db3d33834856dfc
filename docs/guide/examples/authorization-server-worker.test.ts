import { join } from 'node:path'
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'
import { expect, it } from 'vitest'

it('runs on Workers, and keeps what it must not forget in Durable Objects', async () => {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'authorization-server-worker.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    conditions: ['hawser-source', 'workerd', 'worker'],
    external: ['cloudflare:*'],
  })
  const miniflare = new Miniflare({
    modules: true,
    script: outputFiles[0]?.text ?? '',
    compatibilityDate: '2026-06-11',
    compatibilityFlags: ['global_fetch_strictly_public'],
    durableObjects: { OAUTH: { className: 'OAuthObject', useSQLite: true } },
    bindings: { OAUTH_SECRET: 'x'.repeat(44), CONTOSO_SECRET: 'y'.repeat(44) },
  })
  try {
    const get = async (path: string): Promise<unknown> =>
      (await miniflare.dispatchFetch(`https://login.example.com${path}`)).json()
    expect(await get('/.well-known/oauth-authorization-server')).toMatchObject({ issuer: 'https://login.example.com' })
    const keys = await get('/jwks')
    expect(keys).toMatchObject({ keys: [{ kty: 'EC' }] })
    expect(await get('/jwks')).toEqual(keys)
  } finally {
    await miniflare.dispose()
  }
})
