import {
  auth,
  Client as Client2,
  StreamableHTTPClientTransport as Http2,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { UnauthorizedError as Unauthorized1 } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as Http1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { serveNotes } from '../examples/notes/serve.ts'
import type { Era } from './drivers/official-2.ts'
import { createOAuthProvider } from './oauth-provider.ts'
import { freePort } from './peers/free-port.ts'
import { serveLogbook } from './servers/logbook.ts'

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

/**
 * Client 1.32.2, signed in. It registers for no refresh tokens: with one it renews its token where it should ask for more, and then
 * gives up. Like many of its time it asks for a secret, and has to make do without.
 */
async function signIn1(url: URL) {
  const account = createOAuthProvider('ada', {
    grant_types: ['authorization_code'],
    token_endpoint_auth_method: 'client_secret_post',
  })
  const open = () => ({
    client: new Client1({ name: 'official', version: '1.32.2' }),
    transport: new Http1(url, { authProvider: account.provider }),
  })
  const codeOf = async (): Promise<string> => (await account.agree()).get('code') ?? ''
  const nobody = open()
  await expect(nobody.client.connect(nobody.transport)).rejects.toBeInstanceOf(Unauthorized1)
  await nobody.transport.finishAuth(await codeOf())
  const { client, transport } = open()
  await client.connect(transport)
  onTestFinished(() => client.close())
  return {
    ...account,
    call: (name: string, args = {}) => client.callTool({ name, arguments: args }),
    stepUp: async () => transport.finishAuth(await codeOf()),
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

describe('a server with sign-in, asked by the official clients', () => {
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

  it('lets client 1.32.2 sign in, ask for more when it is needed, and write', LIMIT, async () => {
    const { url } = await serve()
    const { provider, call, stepUp, asked, held } = await signIn1(url)
    expect(held()?.scope).toBe('notes:read')
    expect(held()?.refresh_token).toBeUndefined()
    expect(provider.clientInformation()).toMatchObject({ token_endpoint_auth_method: 'none' })
    expect(provider.clientInformation()).not.toHaveProperty('client_secret')
    await expect(call('save_note', NOTE)).rejects.toBeInstanceOf(Unauthorized1)
    expect((await call('search_notes')).structuredContent).toEqual({ notes: [] })
    await stepUp()
    // It asks for what the challenge names alone; reading comes with writing.
    expect(pagesOf(asked)).toEqual([['notes:read'], ['notes:write']])
    expect((await call('save_note', NOTE)).isError).not.toBe(true)
    expect((await call('search_notes')).structuredContent).toMatchObject({ notes: [{ title: NOTE.title }] })
  })

  it('asks client 1.32.2, which forgets what it asked for before, for all that a call takes', LIMIT, async () => {
    const listener = await serveLogbook()
    onTestFinished(() => listener.close())
    const { call, stepUp, asked } = await signIn1(new URL(listener.url))
    await expect(call('publish')).rejects.toBeInstanceOf(Unauthorized1)
    await stepUp()
    expect(pagesOf(asked)).toEqual([['read'], ['read', 'share']])
    expect((await call('publish')).content).toEqual([{ type: 'text', text: 'Published.' }])
  })
})
