import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maskSecrets } from '../interceptors/index.ts'
import { createRedact, REDACTED } from './redact.ts'

const redact = createRedact()

describe('a trace without secrets', () => {
  it.each([
    { password: 'hunter2' },
    { headers: { cookie: 'a=b' } },
    { credentials: { user: 'ada', deep: ['x', { y: 'z' }] } },
    { pin: 1234 },
    { accessTokens: ['x', 'z'] },
  ])('takes out what a key calls secret: %j', (value) => {
    expect(JSON.stringify(redact(value))).not.toMatch(/"(hunter2|Bearer abc|a=b|x|ada|z)"|1234/)
    expect(JSON.stringify(redact(value))).toContain(REDACTED)
  })

  it('takes out what looks secret in a text', () => {
    const text = 'DB_PASSWORD=lovelace, and https://ada:lovelace@example.com/x'
    expect(redact({ content: [{ type: 'text', text }] })).toEqual({
      content: [{ type: 'text', text: `DB_PASSWORD=${REDACTED}, and https://ada:${REDACTED}@example.com/x` }],
    })
  })

  it.each(['user_pin', 'accessTokens', 'jwt', 'code_verifier', 'signature', 'auth', 'cvv', 'cardNumber'])(
    'is as strict about %s as the log is',
    (name) => {
      expect(redact({ [name]: 'tide' })).toEqual({ [name]: REDACTED })
      expect(maskSecrets({ [name]: 'tide' })).toEqual({ [name]: '(masked)' })
    },
  )

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
    { hasPassword: true, tokenizer: 'o200k', secretary: 'Ada', keyboard: 'x' },
    { list: [null, 1.5, false] },
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
})
