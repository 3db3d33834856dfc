import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Miniflare, MiniflareOptions } from 'miniflare'
import { expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../../examples/notes/free-port.ts'
import { scriptedPerson } from '../../../examples/notes/scripted-person.ts'
import { peerPath, startPeer } from '../../../interop/peers/start-peer.ts'
import { bundle, COMPATIBILITY, startWorkers } from '../../../packages/hawser/src/cloudflare/fixtures/start-workers.ts'

const ORIGIN = 'https://app.example.com'

/** The notes with their issuer, in a Worker of their own. */
async function serveNotes(): Promise<string> {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const { miniflare } = await startWorkers({
    name: 'notes',
    port,
    modules: true,
    script: await bundle('../../../../../examples/notes/worker.ts'),
    ...COMPATIBILITY,
    durableObjects: {
      HAWSER: { className: 'HawserObject', useSQLite: true },
      OAUTH: { className: 'OAuthObject', useSQLite: true },
      NOTES: { className: 'NotesObject', useSQLite: true },
    },
    bindings: { ORIGIN: origin, NOTES_SECRET: 'a secret of forty characters, for tests.' },
  })
  onTestFinished(() => miniflare.dispose())
  return `${origin}/mcp`
}

it('connects its users to a Worker that wants them to sign in, and to a server of the official SDK', async () => {
  const peer = await startPeer(['--conditions=hawser-source', peerPath('sdk-2-http')])
  onTestFinished(() => peer[Symbol.asyncDispose]())
  const folder = await mkdtemp(join(tmpdir(), 'hawser-host-'))
  const options: MiniflareOptions = {
    modules: true,
    script: await bundle('../../../../../docs/guide/examples/host.ts'),
    ...COMPATIBILITY,
    durableObjects: { HAWSER: { className: 'HawserObject', useSQLite: true } },
    durableObjectsPersist: folder,
    bindings: {
      ORIGIN,
      CLIENTS_SECRET: 'a secret of forty characters, for tests.',
      NOTES_URL: await serveNotes(),
      HARBOUR_URL: `http://127.0.0.1:${peer.port}/mcp`,
    },
  }
  let miniflare: Miniflare = (await startWorkers(options)).miniflare
  onTestFinished(async () => {
    await miniflare.dispose()
    await rm(folder, { recursive: true, force: true })
  })
  const restart = async (): Promise<void> => {
    await miniflare.dispose()
    miniflare = (await startWorkers(options)).miniflare
  }
  const ask = async (user: string, path: string, body?: object): Promise<unknown> => {
    const init = { headers: { 'x-user': user }, ...(body && { method: 'POST', body: JSON.stringify(body) }) }
    const answer = await miniflare.dispatchFetch(`${ORIGIN}${path}`, init)
    if (!answer.ok) throw new Error(`${path}: HTTP ${answer.status}: ${await answer.text()}`)
    return answer.json()
  }
  const comeBack = async (user: string, back: URL): Promise<number> => {
    const answer = await miniflare.dispatchFetch(back.href, { headers: { 'x-user': user }, redirect: 'manual' })
    return answer.status
  }
  const signIn = async (user: string): Promise<URL> => {
    const { page } = (await ask(user, '/sign-in', { server: 'notes' })) as { readonly page: string }
    const { visit } = await scriptedPerson(user).open()
    return visit(new URL(page), ({ origin }) => origin === ORIGIN, AbortSignal.timeout(10_000))
  }
  const call = (user: string, server: string, tool: string, args = {}) => ask(user, '/call', { server, tool, args })

  expect(await ask('ada', '/servers')).toMatchObject([
    { name: 'notes', state: 'needs sign-in' },
    { name: 'harbour', state: 'ready' },
  ])
  expect(await ask('ada', '/tools')).toMatchObject([
    { server: 'harbour', name: 'tides' },
    { server: 'harbour', name: 'moor' },
  ])

  const back = await signIn('ada')
  expect(await comeBack('eve', back)).toBe(400)
  await restart()
  expect(await comeBack('ada', back)).toBe(303)
  expect(await comeBack('ada', back)).toBe(400)
  expect(await ask('ada', '/servers')).toMatchObject([{ state: 'ready' }, { state: 'ready' }])
  expect(await call('ada', 'notes', 'search_notes', { words: '' })).toMatchObject({
    result: { structuredContent: { notes: [] } },
  })

  const { pending } = (await call('ada', 'harbour', 'moor')) as { readonly pending: { readonly id: string } }
  expect(pending).toMatchObject({ questions: [{ key: 'ship', message: 'Which ship?' }] })
  await restart()
  const answers = { ship: { action: 'accept', content: { ship: 'Storm' } } }
  expect(await ask('ada', '/answer', { id: pending.id, answers })).toMatchObject({
    result: { content: [{ text: expect.stringContaining('Storm') }] },
  })
}, 60_000)
