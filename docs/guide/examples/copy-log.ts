import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { getPlatformProxy } from 'wrangler'

interface Bucket {
  list(options: { readonly prefix: string }): Promise<{ readonly objects: readonly { readonly key: string }[] }>
  get(key: string): Promise<{ text(): Promise<string> } | null>
}

const { env, dispose } = await getPlatformProxy<{ AUDIT_LOG: Bucket }>() // the bindings of wrangler.jsonc, as hawser dev keeps them
const copy = async (key: string): Promise<void> => {
  const object = await env.AUDIT_LOG.get(key)
  if (object === null) return
  await mkdir(dirname(key), { recursive: true })
  await writeFile(key, await object.text())
}
await copy('audit/head.json')
const { objects } = await env.AUDIT_LOG.list({ prefix: 'audit/log/' })
for (const { key } of objects) await copy(key)
await dispose()
