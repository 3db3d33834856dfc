import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'hawser'
import { summarizeAudit, verifyAudit } from 'hawser/audit'
import { openAudit } from 'hawser/node'
import { memoryCredentials, signIn, type SignInOptions } from 'hawser/sign-in'
import { describe, expect, it, onTestFinished } from 'vitest'
import { scriptedPerson } from './scripted-person.ts'
import { serveNotes } from './serve.ts'

const SECRET = 'a secret of forty characters, for tests.'

async function serve() {
  const folder = mkdtempSync(join(tmpdir(), 'notes-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'audit.jsonl')
  const listener = await serveNotes({
    port: 0,
    notes: join(folder, 'notes.db'),
    grants: join(folder, 'grants.db'),
    audit: file,
    secret: SECRET,
  })
  const connectAs = async (name: string, options: SignInOptions = {}) => {
    const auth = signIn({ client: { name: 'Tide clerk' }, ask: scriptedPerson(name), ...options })
    return { auth, client: await connect(listener.url, { http: { auth } }) }
  }
  return { listener, file, connectAs }
}

describe('notes, served with sign-in', () => {
  it('asks for what is needed when it is needed, and keeps account of it', { timeout: 30_000 }, async () => {
    const { listener, file, connectAs } = await serve()
    const stepUps: unknown[] = []
    const { auth, client } = await connectAs('ada', {
      onStepUp: ({ operation, missing }) => {
        stepUps.push([operation, missing])
        return true
      },
    })
    expect((await client.call('search_notes', {})).structuredContent).toEqual({ notes: [] })
    expect(await auth.whoami(listener.url)).toMatchObject({ scopes: ['notes:read'], isValid: true })
    expect(stepUps).toEqual([])
    await client.call('save_note', { title: 'Tides', text: 'High water at seven.' })
    expect(stepUps).toEqual([[expect.stringContaining('save_note'), ['notes:write']]])
    expect((await auth.whoami(listener.url))?.scopes.toSorted()).toEqual(['notes:read', 'notes:write'])
    expect((await client.call('search_notes', { words: 'water' })).structuredContent).toMatchObject({
      notes: [{ title: 'Tides' }],
    })
    // What belongs to one person is not there for the next.
    const { client: other } = await connectAs('grace')
    expect((await other.call('search_notes', { words: 'water' })).structuredContent).toEqual({ notes: [] })
    await client[Symbol.asyncDispose]()
    await other[Symbol.asyncDispose]()
    await listener.close()

    const log = await openAudit(file)
    expect(await verifyAudit(log, { key: SECRET })).toMatchObject({ problems: [] })
    const { used, refused } = await summarizeAudit(log)
    expect(used).toContainEqual(expect.objectContaining({ scope: 'notes:write', calls: 1, items: ['save_note'] }))
    expect(refused).toContainEqual(expect.objectContaining({ item: 'save_note', missing: ['notes:write'] }))
  })

  it('does nothing more from the moment that a person signs out', { timeout: 30_000 }, async () => {
    const { listener, connectAs } = await serve()
    const { auth, client } = await connectAs('ada', { scopes: ['notes:write'] })
    await client.call('save_note', { title: 'Tides', text: 'x' })
    await auth.signOut(listener.url)
    expect(await auth.whoami(listener.url)).toBeUndefined()
    await client[Symbol.asyncDispose]()
    await listener.close()
  })

  it('writes nothing more from the moment that a person takes it back on the page', { timeout: 30_000 }, async () => {
    const { listener, file, connectAs } = await serve()
    const store = memoryCredentials()
    const { client } = await connectAs('ada', { store, scopes: ['notes:write'] })
    await client.call('save_note', { title: 'Tides', text: 'x' })
    await client[Symbol.asyncDispose]()
    await takeBack(new URL(listener.url).origin, 'ada')
    // What is stored is used, and nobody is asked.
    const { client: later } = await connectAs('ada', { store, ask: undefined })
    await expect(later.call('save_note', { title: 'Again', text: 'x' })).rejects.toMatchObject({
      problem: 'needs_person',
    })
    await later[Symbol.asyncDispose]()
    await listener.close()

    const { consents, done } = await summarizeAudit(await openAudit(file))
    const label = { who: 'ada', clientKind: 'dcr', clientName: 'Tide clerk' }
    expect(consents).toMatchObject([
      { ...label, type: 'consent.approved' },
      { ...label, type: 'grant.revoked', reason: 'person' },
    ])
    expect(done).toMatchObject([{ ...label, item: 'save_note', calls: 1 }])
  })
})

/** Signs in at the page of what was allowed, and presses its first button. */
async function takeBack(issuer: string, name: string): Promise<void> {
  const cookies: string[] = []
  const send = async (path: string, form?: URLSearchParams): Promise<string> => {
    const headers = { cookie: cookies.join('; '), 'sec-fetch-site': 'same-origin' }
    const init = form === undefined ? { headers } : { method: 'POST', headers, body: form }
    const response = await fetch(issuer + path, { ...init, redirect: 'manual' })
    for (const cookie of response.headers.getSetCookie()) cookies.push(cookie.split(';', 1)[0] ?? '')
    return response.text()
  }
  await send('/login', new URLSearchParams({ name }))
  const page = await send('/grants')
  const valueOf = (field: string): string => new RegExp(`name="${field}" value="([^"]+)"`).exec(page)?.[1] ?? ''
  await send('/grants', new URLSearchParams({ token: valueOf('token'), grant: valueOf('grant'), do: 'take-back' }))
}
