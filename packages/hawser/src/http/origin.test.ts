import { describe, expect, it } from 'vitest'
import type { HttpRequest } from './message.ts'
import { createSourceCheck, LOOPBACK_HOSTS, type SourceOptions } from './origin.ts'

const from = (host: string | undefined, origin?: string, url?: string): HttpRequest => ({
  method: 'POST',
  url,
  header: (name) => (name === 'host' ? host : name === 'origin' ? origin : undefined),
  onDisconnect: () => {},
})

type Row = readonly [host: string | undefined, origin: string | undefined, allowed: boolean]

/** The rows that are judged otherwise than they say. */
const wrong = (options: SourceOptions, rows: readonly Row[]): readonly Row[] => {
  const isAllowed = createSourceCheck(options)
  return rows.filter(([host, origin, allowed]) => isAllowed(from(host, origin)) !== allowed)
}

// streamable-http#security--endpoint
describe('the source of a request', () => {
  // spec: http-origin
  it('is this machine when bound to loopback', () => {
    expect(
      wrong({ allowedHosts: LOOPBACK_HOSTS }, [
        ['localhost:3000', undefined, true],
        ['LOCALHOST', undefined, true],
        ['127.0.0.1:1', undefined, true],
        ['[::1]:3000', undefined, true],
        ['localhost:3000', 'http://localhost:3000', true],
        ['127.0.0.1:3000', 'http://localhost:5173', true],
        ['localhost:3000', 'https://localhost', true],
        ['localhost:3000', 'http://evil.example.com', false],
        ['localhost:3000', 'http://localhost.evil.example.com', false],
        ['localhost:3000', 'http://127.0.0.1.evil.example.com', false],
        ['localhost.evil.example.com', undefined, false],
        ['evil.example.com', undefined, false],
        ['evil.example.com:3000', 'http://evil.example.com:3000', false],
        ['127.0.0.2', undefined, false],
      ]),
    ).toEqual([])
  })

  // spec: http-origin
  it('is refused when it is malformed', () => {
    expect(
      wrong({}, [
        [undefined, undefined, false],
        ['', undefined, false],
        ['a b', undefined, false],
        ['localhost:', undefined, false],
        ['localhost:123456', undefined, false],
        ['user@localhost', undefined, false],
        ['localhost/x', undefined, false],
        ['localhost, localhost', undefined, false],
        ['localhost', '', false],
        ['localhost', 'null', false],
        ['localhost', 'localhost', false],
        ['localhost', 'http://', false],
        ['localhost', 'http://localhost/', false],
        ['localhost', 'http://user@localhost', false],
        ['localhost', 'http://localhost, http://localhost', false],
      ]),
    ).toEqual([])
  })

  it('may be the own page of a server over https or at an address', () => {
    expect(
      wrong({}, [
        ['notes.example.com', undefined, true],
        ['notes.example.com', 'https://notes.example.com', true],
        ['notes.example.com:443', 'https://notes.example.com', true],
        ['notes.example.com', 'https://notes.example.com:8443', false],
        ['notes.example.com', 'https://other.example.com', false],
        ['192.168.1.5:3000', 'http://192.168.1.5:3000', true],
        ['192.168.1.5:3000', 'http://192.168.1.5:4000', false],
        ['[fe80::1]:3000', 'http://[fe80::1]:3000', true],
        ['192.168.1.5', 'https://localhost', false],
      ]),
    ).toEqual([])
  })

  it('is not trusted for a name over plain http, which any name can be rebound to', () => {
    const row = ['notes.example.com:3000', 'http://notes.example.com:3000'] as const
    expect(wrong({}, [[...row, false]])).toEqual([])
    expect(wrong({ allowedHosts: ['notes.example.com'] }, [[...row, true]])).toEqual([])
  })

  it('may be any that the operator lists', () => {
    expect(
      wrong(
        { allowedHosts: ['notes.example.com:8443', 'Notes.example.org'], allowedOrigins: ['https://App.example.com'] },
        [
          ['notes.example.com:8443', undefined, true],
          ['notes.example.com', undefined, false],
          ['notes.example.org:1234', undefined, true],
          ['localhost', undefined, false],
          ['notes.example.org', 'https://app.example.com', true],
          ['notes.example.org', 'http://app.example.com', false],
          ['notes.example.org', 'https://app.example.com:444', false],
        ],
      ),
    ).toEqual([])
    expect(
      wrong({ allowedOrigins: ['vscode-webview://abc'] }, [['notes.example.com', 'vscode-webview://abc', true]]),
    ).toEqual([])
  })

  it('must use a name of this machine when the request was addressed to it', () => {
    const isAllowed = createSourceCheck({})
    expect(isAllowed(from('evil.example.com', undefined, 'http://localhost:3000/mcp'))).toBe(false)
    expect(isAllowed(from('evil.example.com', undefined, 'http://[::1]/mcp'))).toBe(false)
    expect(isAllowed(from('127.0.0.1', undefined, 'http://localhost:3000/mcp'))).toBe(true)
    expect(isAllowed(from('notes.example.com', undefined, 'http://localhost.example.com/mcp'))).toBe(true)
  })

  it('cannot be configured with what is no host or origin', () => {
    expect(() => createSourceCheck({ allowedHosts: ['https://notes.example.com'] })).toThrow(TypeError)
    expect(() => createSourceCheck({ allowedOrigins: ['notes.example.com'] })).toThrow(TypeError)
    expect(() => createSourceCheck({ allowedOrigins: ['https://notes.example.com/'] })).toThrow(TypeError)
  })
})
