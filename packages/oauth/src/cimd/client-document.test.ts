import { generateKeyPair, exportJWK } from 'jose'
import { describe, expect, it } from 'vitest'
import { MetadataError } from '../register/client-metadata.ts'
import { readClientDocument } from './client-document.ts'

const ID = 'https://client.example/client.json'
const DOCUMENT = {
  client_id: ID,
  client_name: 'Editor',
  redirect_uris: ['https://client.example/cb', 'http://127.0.0.1/cb'],
}

const bytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))
const read = (value: unknown) => readClientDocument(ID, bytes(value))
const refusal = async (value: unknown): Promise<string> =>
  read(value).then(
    () => 'accepted',
    (error: unknown) => (error instanceof MetadataError ? error.code : String(error)),
  )
const publicJwk = async () => exportJWK((await generateKeyPair('ES256')).publicKey)

describe('readClientDocument', () => {
  it('reads what a client is, and drops what it does not know', async () => {
    const { client, jwksUri } = await read({ ...DOCUMENT, logo_uri: 'https://client.example/l.png', software_id: 'x' })
    expect(client).toEqual({
      id: ID,
      kind: 'document',
      name: 'Editor',
      redirectUris: DOCUMENT.redirect_uris,
      authentication: 'none',
      grants: ['authorization_code', 'refresh_token'],
      jwks: undefined,
      fingerprint: expect.stringMatching(/^[\w-]{43}$/),
    })
    expect(jwksUri).toBeUndefined()
  })

  // spec: registration-document-matches
  it.each([
    ['another case', ID.replace('client.json', 'Client.json')],
    ['a slash more', `${ID}/`],
    ['the default port', ID.replace('example/', 'example:443/')],
    ['a query more', `${ID}?`],
    ['nothing', undefined],
    ['a number', 1],
    ['a list', [ID]],
  ])('TA56: refuses a client_id with %s', async (_name, clientId) => {
    expect(await refusal({ ...DOCUMENT, client_id: clientId })).toBe('invalid_client_metadata')
  })

  it('TA56: compares the order of a query', async () => {
    const id = `${ID}?a=1&b=2`
    const document = bytes({ ...DOCUMENT, client_id: id })
    expect((await readClientDocument(id, document)).client.id).toBe(id)
    await expect(readClientDocument(`${ID}?b=2&a=1`, document)).rejects.toThrow(MetadataError)
  })

  // spec: registration-document-valid
  it.each([
    ['no name', { ...DOCUMENT, client_name: undefined }, 'invalid_client_metadata'],
    ['an empty name', { ...DOCUMENT, client_name: ' ' }, 'invalid_client_metadata'],
    ['a name that is no string', { ...DOCUMENT, client_name: { toString: 1 } }, 'invalid_client_metadata'],
    ['no redirects', { ...DOCUMENT, redirect_uris: undefined }, 'invalid_redirect_uri'],
    ['an empty list of redirects', { ...DOCUMENT, redirect_uris: [] }, 'invalid_redirect_uri'],
    [
      'one redirect without a list',
      { ...DOCUMENT, redirect_uris: 'https://client.example/cb' },
      'invalid_redirect_uri',
    ],
    ['a redirect that is no string', { ...DOCUMENT, redirect_uris: [1] }, 'invalid_redirect_uri'],
    [
      '21 redirects',
      { ...DOCUMENT, redirect_uris: Array(21).fill('https://client.example/cb') },
      'invalid_redirect_uri',
    ],
    ['a list', [DOCUMENT], 'invalid_client_metadata'],
    ['null', null, 'invalid_client_metadata'],
    ['a string', '"x"', 'invalid_client_metadata'],
    ['no JSON', '{', 'invalid_client_metadata'],
    ['nothing', '', 'invalid_client_metadata'],
    ['a byte order mark', `\uFEFF${JSON.stringify(DOCUMENT)}`, 'invalid_client_metadata'],
    ['grants without codes', { ...DOCUMENT, grant_types: ['refresh_token'] }, 'invalid_client_metadata'],
    ['grants that are no list', { ...DOCUMENT, grant_types: 'authorization_code' }, 'invalid_client_metadata'],
  ])('TA56: refuses %s', async (_name, document, code) => {
    expect(await refusal(document)).toBe(code)
  })

  it('TA56: refuses invalid UTF-8', async () => {
    const broken = bytes(DOCUMENT).map((byte) => (byte === 'E'.charCodeAt(0) ? 0xff : byte))
    await expect(readClientDocument(ID, broken)).rejects.toThrow(MetadataError)
  })

  it.each([
    ['at the top', JSON.stringify(DOCUMENT).replace('{', '{"client_name":"Bank",')],
    ['with an escape', JSON.stringify(DOCUMENT).replace('{', '{"client\\u005fname":"Bank",')],
    ['further inside', JSON.stringify({ ...DOCUMENT, x: 0 }).replace('"x":0', '"x":{"a":1,"a":2}')],
  ])('TA56: refuses a member that comes twice %s', async (_name, text) => {
    expect(await refusal(text)).toBe('invalid_client_metadata')
  })

  it('TA56: counts no colons and quotes of strings', async () => {
    const { client } = await read({ ...DOCUMENT, client_name: 'A ":": \\" B', x: [{ ':': '{"a":1}' }, {}, [[]]] })
    expect(client.name).toBe('A ":": \\" B')
  })

  it('TA56: lets __proto__ change no prototype and fill in no member', async () => {
    const text = JSON.stringify({ ...DOCUMENT, client_name: undefined }).replace(
      '{',
      '{"__proto__":{"client_name":"Bank"},',
    )
    expect(await refusal(text)).toBe('invalid_client_metadata')
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('client_name')
  })

  it('survives as much nesting as fits', async () => {
    expect(await refusal(`${'['.repeat(2560)}${']'.repeat(2560)}`)).toBe('invalid_client_metadata')
  })

  it.each([
    ['client_secret', { client_secret: 's' }],
    ['client_secret_expires_at', { client_secret_expires_at: 0 }],
    ['client_secret_basic', { token_endpoint_auth_method: 'client_secret_basic' }],
    ['client_secret_post', { token_endpoint_auth_method: 'client_secret_post' }],
    ['client_secret_jwt', { token_endpoint_auth_method: 'client_secret_jwt' }],
    ['a method that is no string', { token_endpoint_auth_method: ['none'] }],
    ['a symmetric key', { jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } }],
    ['a symmetric key that calls itself EC', { jwks: { keys: [{ kty: 'EC', k: 'AAAA' }] } }],
    ['a private key', { jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'a', y: 'b', d: 'c' }] } }],
    ['a key set without keys', { jwks: { keys: [] } }],
    ['a key set that is none', { jwks: [] }],
    ['a key that is none', { jwks: { keys: [null] } }],
    ['private_key_jwt without keys', { token_endpoint_auth_method: 'private_key_jwt' }],
    ['keys here and there', { jwks: { keys: [{ kty: 'EC' }] }, jwks_uri: 'https://client.example/keys' }],
    ['keys at an http address', { jwks_uri: 'http://client.example/keys' }],
  ])('TA57: refuses %s', async (_name, members) => {
    expect(await refusal({ ...DOCUMENT, ...members })).toBe('invalid_client_metadata')
  })

  it('takes public keys for private_key_jwt', async () => {
    const jwks = { keys: [await publicJwk()] }
    const { client } = await read({ ...DOCUMENT, token_endpoint_auth_method: 'private_key_jwt', jwks })
    expect(client).toMatchObject({ authentication: 'private_key_jwt', jwks })
  })

  it.each([
    'javascript:alert(1)',
    'java\tscript:alert(1)',
    ' JavaScript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'blob:https://a/b',
    'vbscript:x',
  ])('TA4: refuses a document with the redirect %j', async (uri) => {
    expect(await refusal({ ...DOCUMENT, redirect_uris: ['https://client.example/cb', uri] })).toBe(
      'invalid_redirect_uri',
    )
  })

  it('TA7: skips a private-use scheme beside others, and names the option where there is no other', async () => {
    const both = await read({ ...DOCUMENT, redirect_uris: ['cursor://anysphere/cb', 'https://client.example/cb'] })
    expect(both.client.redirectUris).toEqual(['https://client.example/cb'])
    const only = { ...DOCUMENT, redirect_uris: ['cursor://anysphere/cb'] }
    await expect(read(only)).rejects.toMatchObject({
      code: 'invalid_redirect_uri',
      message: expect.stringContaining('redirectSchemes'),
    })
    const allowed = await readClientDocument(ID, bytes(only), { redirectSchemes: new Set(['cursor']) })
    expect(allowed.client.redirectUris).toEqual(['cursor://anysphere/cb'])
  })

  it('keeps what it offers of a document that is written for every server', async () => {
    const document = {
      ...DOCUMENT,
      grant_types: ['authorization_code', 'implicit', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code', 'token'],
    }
    expect((await read(document)).client.grants).toEqual(['authorization_code'])
  })

  it('has a fingerprint that changes with name, redirects, method and keys, and with nothing else', async () => {
    const print = async (members: object) => (await read({ ...DOCUMENT, ...members })).client.fingerprint
    const jwks = { keys: [await publicJwk()] }
    const prints = await Promise.all(
      [
        {},
        { client_name: 'Editor 2' },
        { redirect_uris: ['https://client.example/cb'] },
        { jwks },
        { jwks_uri: 'https://client.example/k' },
      ].map(print),
    )
    expect(new Set(prints).size).toBe(prints.length)
    expect(await print({ logo_uri: 'https://client.example/2.png', client_uri: 'https://client.example' })).toBe(
      prints[0],
    )
  })
})
