import { describe, expect, it } from 'vitest'
import { hideSecrets, isSecretName } from './secrets.ts'

describe('a name', () => {
  it.each([
    'password',
    'userPassword',
    'dbpass',
    'PASSWD',
    'pass',
    'password2',
    'pwd',
    'passphrase',
    'secret',
    'clientSecret',
    'client_secret',
    'secretValue',
    'token',
    'access_token',
    'idToken',
    'accessTokens',
    'apiKey',
    'API_KEY',
    'x-api-key',
    'authorization',
    'Authorization',
    'auth',
    'oauth',
    'bearer',
    'jwt',
    'code_verifier',
    'cookie',
    'set-cookie',
    'credentials',
    'privateKey',
    'private_key',
    'signingKey',
    'signature',
    'sessionId',
    'Mcp-Session-Id',
    'pin',
    'user_pin',
    'userPIN',
    'otp',
    'cvv',
    'cvc2',
    'ssn',
    'cardNumber',
    `${'x'.repeat(5000)}_token`,
  ])('%s is that of a secret', (name) => {
    expect(isSecretName(name, 'tide')).toBe(true)
  })

  it.each([
    'query',
    'passenger',
    'compass',
    'compass_bearing',
    'bypass',
    'author',
    'authority',
    'secretary',
    'tokenizer',
    'keyboard',
    'pinned',
    'spin',
    'path',
    '',
  ])('%s is none', (name) => {
    expect(isSecretName(name, 'tide')).toBe(false)
  })

  it('of a number of tokens is none', () => {
    expect([isSecretName('maxTokens', 5), isSecretName('maxTokens', '5'), isSecretName('token', 5)]).toEqual([
      false,
      true,
      true,
    ])
  })
})

describe('a text', () => {
  it.each([
    ['Authorization: Bearer abcdefgh12345678', 'Authorization: Bearer (gone)'],
    ['it sent bearer abcdefgh, twice', 'it sent bearer (gone), twice'],
    ['with Basic dXNlcjpwYXNz', 'with Basic (gone)'],
    ['Authorization: Basic lovelace==', 'Authorization: Basic (gone)'],
    ['Authorization: Token 9944b09199c62bcf', 'Authorization: Token (gone)'],
    ['say eyJhbGciOiJI.eyJzdWIiOiIx.c2ln now', 'say (gone) now'],
    ['id-eyJhbGciOiJI.eyJzdWIiOiIx.', 'id-(gone)'],
    ['sk-proj-abcdefghijklmnop', '(gone)'],
    ['sk-ant-0123456789abcdefghij', '(gone)'],
    ['ghp_abcdefghijklmnop1234', '(gone)'],
    ['glpat-abcdefghijklmnop', '(gone)'],
    ['npm_abcdefghijklmnopqrst', '(gone)'],
    ['xoxb-123456789-abc', '(gone)'],
    ['AKIAIOSFODNN7EXAMPLE', '(gone)'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMII', '(gone)'],
    ['a -----BEGIN PRIVATE KEY-----\nProc: 4,X\n\nMII\n-----END PRIVATE KEY----- b', 'a (gone) b'],
    ['postgres://ada:tide@db/notes', 'postgres://ada:(gone)@db/notes'],
    ['https://x.example/a?id=1&access_token=abc&b=2', 'https://x.example/a?id=1&access_token=(gone)&b=2'],
    ["https://x.example/a?sig=a'c#x", 'https://x.example/a?sig=(gone)#x'],
    ['https://x.example/a#passwd=abc&b=2', 'https://x.example/a#passwd=(gone)&b=2'],
    ['{"user":"ada","db_password":"love\\"lace"}', '{"user":"ada","db_password":"(gone)"}'],
    ["{'password': 'lovelace'}", "{'password': '(gone)'}"],
    ['DB_PASSWORD=love&lace', 'DB_PASSWORD=(gone)'],
    ['DB_PASSWORD="lovelace"', 'DB_PASSWORD="(gone)"'],
  ])('loses what is secret in %j', (text, left) => {
    expect(hideSecrets(text, '(gone)')).toBe(left)
    expect(hideSecrets(left, '(gone)')).toBe(left)
  })

  it.each([
    'a sketch of the token ring',
    'A basic understanding of tokens and secrets of the sea. The password is not here.',
    'Basic arithmetic, token expiration.',
    'https://example.com/a?page=2',
    'eyJvZmZzZXQiOjEwfQ',
  ])('keeps %j', (text) => {
    expect(hideSecrets(text, '(gone)')).toBe(text)
  })

  it('takes no longer when it was made to take long', () => {
    const units =
      '? | :// | x://a | -----BEGIN | -----BEGIN PRIVATE KEY----- | token | password | a- | "token":"\\ | eyJ | eyJaaaaa- | eyJaaaaaaaa. | sk-'
    const start = performance.now()
    for (const unit of [...units.split(' | '), 'bearer ', `?${'a'.repeat(70)}`, 'token =       '])
      hideSecrets(unit.repeat(200_000 / unit.length), '(gone)')
    expect(performance.now() - start).toBeLessThan(2_000)
  })
})
