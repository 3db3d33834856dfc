import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedact, REDACTED } from './redact.ts'

const redact = createRedact()

describe('a trace without secrets', () => {
  it.each([
    { password: 'hunter2' },
    { Authorization: 'Bearer abc' },
    { headers: { cookie: 'a=b' } },
    { api_key: 'x' },
    { apiKey: 'x' },
    { access_token: 'x' },
    { 'x-api-key': 'x' },
    { clientSecret: 'x' },
    { dbPassword: 'x' },
    { credentials: { user: 'ada', deep: ['x', { y: 'z' }] } },
    { pin: 1234 },
    { accessTokens: ['x', 'z'] },
  ])('takes out what a key calls secret: %j', (value) => {
    expect(JSON.stringify(redact(value))).not.toMatch(/"(hunter2|Bearer abc|a=b|x|ada|z)"|1234/)
    expect(JSON.stringify(redact(value))).toContain(REDACTED)
  })

  it.each([
    'Authorization: Bearer abcdefghijklmnopqrstuvwxyz',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
    'ghp_0123456789abcdefghij0123',
    'sk-ant-0123456789abcdefghij',
    'AKIAIOSFODNN7EXAMPLE',
    'https://ada:lovelace@example.com/x',
    'https://example.com/x?a=1&access_token=lovelace',
    '{"user":"ada","password":"lovelace"}',
    'DB_PASSWORD=lovelace',
    'DB_PASSWORD="lovelace"',
    "{'password': 'lovelace'}",
    'Authorization: Basic lovelace==',
    '-----BEGIN RSA PRIVATE KEY-----\nMIIlovelace\n-----END RSA PRIVATE KEY-----',
  ])('takes out what looks secret in a text: %s', (text) => {
    const left = redact({ content: [{ type: 'text', text }] })
    expect(JSON.stringify(left)).toContain(REDACTED)
    expect(JSON.stringify(left)).not.toMatch(/lovelace|abcdefghij|c2lnbmF0dXJl|IOSFODNN/)
  })

  it.each([
    { _meta: { progressToken: 'p1' }, maxTokens: 100, nextCursor: 'c', inputTokens: 5 },
    {
      tools: [
        {
          name: 'login',
          inputSchema: { type: 'object', properties: { password: { type: 'string' } }, required: ['password'] },
        },
      ],
    },
    { text: 'A basic understanding of tokens and secrets of the sea. The password is not here.' },
    { hasPassword: true, tokenizer: 'o200k', secretary: 'Ada', keyboard: 'x' },
    { uri: 'https://example.com/a?page=2', list: [null, 1.5, false] },
  ])('leaves alone what is none: %j', (value) => {
    expect(redact(value)).toEqual(value)
  })

  it('takes out secrets and keys that are named, wherever they stand', () => {
    const named = createRedact({ secrets: ['tide-9', 'tide-99'], secretKeys: ['berth'] })
    expect(named({ 'at tide-9': 1, a: 'x tide-99 y', b: ['tide-9'], Berth: 'B1' })).toEqual({
      [`at ${REDACTED}`]: 1,
      a: `x ${REDACTED} y`,
      b: [REDACTED],
      Berth: REDACTED,
    })
  })

  it('never holds a named secret, whatever is around it', () => {
    const secret = 's3cr3t-value'
    const named = createRedact({ secrets: [secret] })
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), fc.string(), (value, before, after) => {
        const text = JSON.stringify(named({ value, at: `${before}${secret}${after}` }))
        expect(text).not.toContain(secret)
      }),
    )
  })

  it('is the same when it is redacted again', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(redact(redact(value))).toEqual(redact(value))
      }),
    )
  })

  it('takes no longer for a text that is made to be slow', () => {
    const texts = ['password'.repeat(50_000), `"${'a-'.repeat(100_000)}`, 'eyJ'.repeat(100_000), 'x://a'.repeat(50_000)]
    const start = performance.now()
    for (const text of texts) redact({ text })
    expect(performance.now() - start).toBeLessThan(5_000)
  })
})
