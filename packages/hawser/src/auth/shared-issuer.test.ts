import { describe, expect, it } from 'vitest'
import { mcp } from '../mcp.ts'
import { sharedIssuer } from '../auth.ts'
import { callTool, properHeaders } from '../http/fixtures/cases.ts'
import { createIssuer, ISSUER } from './fixtures/issuer.ts'

const setUp = async () => {
  const { sign, jwks } = await createIssuer()
  const signIn = sharedIssuer(ISSUER)
  const logged: unknown[] = []
  const auth = signIn.protect('/notes/mcp')
  const scopes = { 'notes:wipe': { title: 'Delete notes', live: true } } as const
  const notes = mcp({ name: 'notes', version: '1', auth, scopes, log: ({ cause }) => void logged.push(String(cause)) })
  const wipe = notes.tool({
    description: 'Delete.',
    effect: 'destroy',
    confirm: false,
    scopes: ['notes:wipe'],
    run: () => 'wiped',
  })
  const { fetch } = notes.server({ tools: { wipe } })
  const call = async (): Promise<number> => {
    const body = callTool('wipe')
    const token = await sign({ aud: `${ISSUER}/notes/mcp`, scope: 'notes:wipe', gid: 'g1' })
    const headers = { ...properHeaders(body), authorization: `Bearer ${token}` }
    return (await fetch(new Request(`${ISSUER}/notes/mcp`, { method: 'POST', headers, body }))).status
  }
  return { signIn, call, logged, jwks: () => jwks }
}

describe('an issuer that several servers share', () => {
  it('is asked where it is served, for keys and for what still holds', async () => {
    const { signIn, call, jwks } = await setUp()
    const live = new Set(['g1'])
    signIn.serve({ issuer: ISSUER, jwks, isGrantLive: (grant) => live.has(grant) })
    expect(await call()).toBe(200)
    live.clear()
    expect(await call()).toBe(401)
  })

  it('lets nobody in as long as nobody serves it', async () => {
    const { call, logged } = await setUp()
    expect(await call()).toBe(503)
    expect(logged).toEqual([expect.stringContaining(`Nobody serves the issuer ${ISSUER} here.`)])
  })

  it('lets nobody do what is live where nobody tells', async () => {
    const { signIn, call, jwks, logged } = await setUp()
    signIn.serve({ issuer: ISSUER, jwks })
    expect(await call()).toBe(503)
    expect(logged).toEqual([expect.stringContaining('does not tell whether a grant still holds')])
  })

  it('is one, and called as the servers know it', () => {
    const signIn = sharedIssuer(ISSUER)
    const source = { issuer: ISSUER, jwks: () => ({ keys: [] }) }
    expect(() => signIn.serve({ ...source, issuer: `${ISSUER}/` })).toThrow('calls itself')
    signIn.serve(source)
    signIn.serve(source)
    expect(() => signIn.serve({ ...source })).toThrow('is served twice')
  })

  it('protects paths of its host, and URLs of others, at no root', () => {
    const signIn = sharedIssuer(`${ISSUER}/tenant`)
    const paths = (at: string): readonly string[] =>
      signIn
        .protect(at)
        .documents({ name: 'x', scopes: [] })
        .map(({ path }) => path)
    expect(signIn.protect('/notes/mcp').resource).toBe(`${ISSUER}/notes/mcp`)
    expect(paths('/notes/mcp')).toEqual(['/.well-known/oauth-protected-resource/notes/mcp'])
    expect(signIn.protect('https://notes.example.com/mcp').resource).toBe('https://notes.example.com/mcp')
    for (const at of ['notes', '', 'http://notes.example.com/mcp', '//evil.example/mcp#x'])
      expect(() => signIn.protect(at)).toThrow(TypeError)
    expect(() => sharedIssuer('http://login.example.com')).toThrow(TypeError)
  })
})
