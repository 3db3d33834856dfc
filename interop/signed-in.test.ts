import {
  auth,
  Client as Client2,
  StreamableHTTPClientTransport as Http2,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { serveNotes } from '../examples/notes/serve.ts'
import type { Era } from './drivers/official-2.ts'
import { createOAuthProvider } from './oauth-provider.ts'
import { freePort } from './peers/free-port.ts'

/** Sign-ins write two databases and a log. */
const LIMIT = { timeout: 30_000 }
const NOTE = { title: 'Tides', text: 'High water at seven.' }

/** The notes of examples/notes, and a `fetch` that keeps what the server refused. */
async function serve() {
  const folder = mkdtempSync(join(tmpdir(), 'notes-'))
  const listener = await serveNotes({
    port: await freePort(),
    notes: join(folder, 'notes.db'),
    grants: join(folder, 'grants.db'),
    audit: join(folder, 'audit.jsonl'),
    secret: 'a secret of forty characters, for tests.',
  })
  onTestFinished(async () => {
    await listener.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const url = new URL(listener.url)
  const refused: [status: number, challenge: string][] = []
  const watch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const response = await fetch(input, init)
    const challenge = response.headers.get('www-authenticate')
    if (challenge !== null) refused.push([response.status, challenge])
    return response
  }
  return { url, refused, watch, metadata: `${url.origin}/.well-known/oauth-protected-resource/mcp` }
}

/** Client 2.4.0, signed in by one who was asked for no more than reading. */
async function signIn2({ url, watch }: Awaited<ReturnType<typeof serve>>, mode: Era) {
  const account = createOAuthProvider('ada')
  const open = () => ({
    client: new Client2({ name: 'official', version: '2.4.0' }, { versionNegotiation: { mode } }),
    transport: new Http2(url, { authProvider: account.provider, fetch: watch }),
  })
  const nobody = open()
  await expect(nobody.client.connect(nobody.transport)).rejects.toBeInstanceOf(UnauthorizedError)
  await nobody.transport.finishAuth(await account.agree())
  const { client, transport } = open()
  await client.connect(transport)
  onTestFinished(() => client.close())
  return {
    ...account,
    transport,
    revision: client.getNegotiatedProtocolVersion(),
    search: async () => (await client.callTool({ name: 'search_notes', arguments: {} })).structuredContent,
    save: () => client.callTool({ name: 'save_note', arguments: NOTE }),
  }
}

/** What a client asked for, or was given, in no order. */
const scopesOf = (scope: string | null | undefined): readonly string[] => (scope ?? '').split(' ').toSorted()
const pagesOf = (asked: readonly URL[]) => asked.map(({ searchParams }) => scopesOf(searchParams.get('scope')))
const BOTH = ['notes:read', 'notes:write']

const nobodyYet = ({ metadata }: Awaited<ReturnType<typeof serve>>) => [
  401,
  `Bearer scope="notes:read", resource_metadata="${metadata}"`,
]
const TOO_LITTLE = [403, expect.stringMatching(/^Bearer error="insufficient_scope", scope="notes:write"/)]

describe('notes, served with sign-in, asked by the official clients', () => {
  it.each<[revision: string, era: Era]>([
    ['2026-07-28', 'auto'],
    ['2025-11-25', 'legacy'],
  ])('lets client 2.4.0 sign in, ask for more when it is needed, and write: %s', LIMIT, async (revision, era) => {
    const served = await serve()
    const { transport, asked, agree, held, save, search, ...signedIn } = await signIn2(served, era)
    expect(signedIn.revision).toBe(revision)
    expect(served.refused).toEqual([nobodyYet(served)])
    expect(held()?.scope).toBe('notes:read')
    expect(await search()).toEqual({ notes: [] })

    await expect(save()).rejects.toBeInstanceOf(UnauthorizedError)
    // Neither written nor granted before its user agrees.
    expect(await search()).toEqual({ notes: [] })
    expect(held()?.scope).toBe('notes:read')

    await transport.finishAuth(await agree())
    expect(pagesOf(asked)).toEqual([['notes:read'], BOTH])
    expect(scopesOf(held()?.scope)).toEqual(BOTH)
    expect((await save()).isError).not.toBe(true)
    expect(await search()).toMatchObject({ notes: [{ title: NOTE.title }] })
    expect(served.refused).toEqual([nobodyYet(served), TOO_LITTLE])
  })

  it('leaves client 2.4.0 what it had when its user says no', LIMIT, async () => {
    const { transport, refuse, held, save, search } = await signIn2(await serve(), 'auto')
    await expect(save()).rejects.toBeInstanceOf(UnauthorizedError)
    const before = held()
    await expect(transport.finishAuth(await refuse())).rejects.toMatchObject({ code: 'access_denied' })
    expect(held()).toBe(before)
    expect(await search()).toEqual({ notes: [] })
  })

  it('renews the tokens of client 2.4.0 without its user', LIMIT, async () => {
    const served = await serve()
    const { provider, asked, held, search } = await signIn2(served, 'auto')
    const spent = held()
    expect(await auth(provider, { serverUrl: served.url })).toBe('AUTHORIZED')
    expect(held()?.access_token).not.toBe(spent?.access_token)
    expect(held()?.refresh_token).not.toBe(spent?.refresh_token)
    expect(await search()).toEqual({ notes: [] })
    expect(asked).toHaveLength(1)
  })
})
