import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeFailure, encodeNotification, encodeRequest, encodeResult, MAX_DEPTH, parseMessage } from './json-rpc.ts'

const id = fc.oneof(fc.string({ unit: 'binary', maxLength: 128 }), fc.maxSafeInteger())
const method = fc.string({ unit: 'binary' })
const json = fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value)))
const params = fc.dictionary(fc.string(), json, { noNullPrototype: true })

/** A message with these members besides jsonrpc. */
const message = (members: string): string => `{"jsonrpc":"2.0",${members}}`

const invalid = (code: string, echoed?: string | number) => ({ kind: 'invalid', code, id: echoed })

// spec: json-rpc, result-object
describe('the encoders and parseMessage', () => {
  it('carry requests', () => {
    fc.assert(
      fc.property(id, method, params, (i, m, p) => {
        expect(parseMessage(encodeRequest(i, m, p))).toEqual({
          kind: 'request',
          id: i,
          method: m,
          params: p,
        })
      }),
    )
  })

  // spec: notification-no-id
  it('carry notifications', () => {
    fc.assert(
      fc.property(method, params, (m, p) => {
        expect(parseMessage(encodeNotification(m, p))).toEqual({
          kind: 'notification',
          method: m,
          params: p,
        })
      }),
    )
  })

  it('carry results', () => {
    fc.assert(
      fc.property(id, params, (i, result) => {
        const text = encodeResult(i, JSON.stringify(result))
        expect(parseMessage(text)).toEqual({ kind: 'response', id: i, result })
      }),
    )
  })

  it('carry failures', () => {
    fc.assert(
      fc.property(fc.option(id, { nil: undefined }), fc.integer(), fc.string(), json, (i, code, text, data) => {
        const error = { code, message: text, data }
        expect(parseMessage(encodeFailure(i, error))).toEqual({ kind: 'failure', id: i, error })
      }),
    )
  })

  it('leave out what is absent', () => {
    expect(encodeRequest(1, 'a')).toBe(message('"id":1,"method":"a"'))
    expect(encodeNotification('a')).toBe(message('"method":"a"'))
    expect(encodeFailure(undefined, { code: 1, message: 'm' })).toBe(message('"error":{"code":1,"message":"m"}'))
    expect(parseMessage(encodeRequest('x', 'a'))).toEqual({
      kind: 'request',
      id: 'x',
      method: 'a',
      params: {},
    })
  })

  // spec: error-shape
  it('send nothing of an error but code, message and data', () => {
    const error = { code: 1, message: 'm', data: 2, cause: 'secret' }
    expect(encodeFailure(1, error)).toBe(message('"id":1,"error":{"code":1,"message":"m","data":2}'))
  })
})

describe('parseMessage', () => {
  it('never throws, and sentences never repeat the input', () => {
    const members = fc.record(
      {
        jsonrpc: fc.constantFrom('2.0', '1.0', 2),
        id: fc.oneof(id, json),
        method: fc.oneof(method, json),
        params: fc.oneof(params, json),
        result: json,
        error: fc.oneof(fc.record({ code: json, message: json }), json),
      },
      { requiredKeys: [] },
    )
    const sentences = new Set<string>()
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          json.map((v) => JSON.stringify(v)),
          members.map((v) => JSON.stringify(v)),
        ),
        (text) => {
          const parsed = parseMessage(text)
          if (parsed.kind === 'invalid') sentences.add(parsed.message)
        },
      ),
      { numRuns: 3000 },
    )
    expect(sentences.size).toBeLessThan(15)
  })

  it.each(['', '{', 'nul', "{'a':1}", '{"a":1}{"a":1}', '\ufeff{}', '{"a":NaN}'])('finds %j to be no JSON', (text) => {
    expect(parseMessage(text)).toMatchObject(invalid('parse_error'))
  })

  it('reads messages as deep as the limit and says the limit to deeper ones', () => {
    const nested = (levels: number): string =>
      message(`"id":1,"method":"a","params":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`)
    expect(parseMessage(nested(MAX_DEPTH - 1))).toMatchObject({ kind: 'request', id: 1 })
    const refused = parseMessage(nested(MAX_DEPTH))
    expect(refused).toMatchObject(invalid('parse_error'))
    expect(refused).toHaveProperty('message', expect.stringContaining(`${MAX_DEPTH}`))
    expect(parseMessage('['.repeat(100_000))).toMatchObject(invalid('parse_error'))
  })

  it('refuses a batch and says why', () => {
    const refused = parseMessage(`[${encodeRequest(1, 'a')}]`)
    expect(refused).toMatchObject(invalid('invalid_request'))
    expect(refused).toHaveProperty('message', expect.stringContaining('Batches'))
    expect(parseMessage('[]')).toMatchObject(invalid('invalid_request'))
  })

  it.each(['null', '1', '"text"', 'true', '{}'])('refuses %s', (text) => {
    expect(parseMessage(text)).toMatchObject(invalid('invalid_request'))
  })

  // spec: json-rpc
  it.each(['"1.0"', '2', 'null', '["2.0"]'])('refuses jsonrpc %s and echoes the id', (version) => {
    const text = `{"jsonrpc":${version},"id":7,"method":"a"}`
    expect(parseMessage(text)).toMatchObject(invalid('invalid_request', 7))
  })

  // basic/index#requests: requests MUST include a string or integer ID, which MUST NOT be null.
  // spec: request-id-refused
  it.each([
    'null',
    '1.5',
    'true',
    '{}',
    '[1]',
    '9007199254740992',
    '-9007199254740992',
    '1e400',
    JSON.stringify('x'.repeat(257)),
  ])('refuses the id %.20s without an echo', (bad) => {
    expect(parseMessage(message(`"id":${bad},"method":"a"`))).toMatchObject(invalid('invalid_request'))
    expect(parseMessage(message(`"id":${bad},"method":"a","params":[]`))).toMatchObject(invalid('invalid_request'))
    expect(parseMessage(message(`"id":${bad},"result":{}`))).toMatchObject(invalid('invalid_request'))
  })

  it.each(['0', '-1', '9007199254740991', '""', '"7"', JSON.stringify('x'.repeat(256))])(
    'takes the id %.20s',
    (good) => {
      expect(parseMessage(message(`"id":${good},"method":"a"`))).toMatchObject({
        kind: 'request',
        id: JSON.parse(good),
      })
    },
  )

  it.each(['null', '1', '{}', '["a"]'])('refuses the method %s and echoes the id', (bad) => {
    expect(parseMessage(message(`"id":"x","method":${bad}`))).toMatchObject(invalid('invalid_request', 'x'))
  })

  it.each(['null', '1', '"a"', '[]', 'false'])('refuses the params %s, by position or otherwise no object', (bad) => {
    expect(parseMessage(message(`"id":1,"method":"a","params":${bad}`))).toMatchObject(invalid('invalid_params', 1))
    expect(parseMessage(message(`"method":"a","params":${bad}`))).toMatchObject(invalid('invalid_params'))
  })

  it('reads a failure without an id, also one that says null', () => {
    const error = '"error":{"code":-32700,"message":"m"}'
    const failure = { kind: 'failure', id: undefined, error: { code: -32700, message: 'm' } }
    expect(parseMessage(message(error))).toEqual(failure)
    expect(parseMessage(message(`"id":null,${error}`))).toEqual(failure)
    expect(parseMessage(message(`"id":1.5,${error}`))).toMatchObject(invalid('invalid_request'))
  })

  // basic/index#error-responses: error codes MUST be integers.
  // spec: error-shape
  it.each([
    'null',
    '{}',
    '"m"',
    '{"code":1}',
    '{"message":"m"}',
    '{"code":1.5,"message":"m"}',
    '{"code":1,"message":2}',
  ])('refuses the error %s and echoes the id, so that the waiting call can end', (error) => {
    expect(parseMessage(message(`"id":3,"error":${error}`))).toMatchObject(invalid('invalid_request', 3))
  })

  it.each(['null', '1', '[]', '"done"'])('refuses the result %s and echoes the id', (result) => {
    expect(parseMessage(message(`"id":3,"result":${result}`))).toMatchObject(invalid('invalid_request', 3))
  })

  it('refuses a result without an id, a result beside an error, and neither', () => {
    expect(parseMessage(message('"result":{}'))).toMatchObject(invalid('invalid_request'))
    const both = '"id":3,"result":{},"error":{"code":1,"message":"m"}'
    expect(parseMessage(message(both))).toMatchObject(invalid('invalid_request', 3))
    expect(parseMessage(message('"id":3'))).toMatchObject(invalid('invalid_request', 3))
  })

  it('keeps __proto__ an own property that changes no prototype', () => {
    const parsed = parseMessage(message('"id":1,"method":"a","params":{"__proto__":{"polluted":true},"constructor":1}'))
    if (parsed.kind !== 'request') throw new Error('expected a request')
    expect(Object.keys(parsed.params)).toEqual(['__proto__', 'constructor'])
    expect(Object.getPrototypeOf(parsed.params)).toBe(Object.prototype)
    expect('polluted' in parsed.params).toBe(false)
    expect(JSON.parse(encodeRequest(1, 'a', parsed.params)).params).toEqual(parsed.params)
  })

  it('does not take members from a prototype that the message brings along', () => {
    const text = '{"__proto__":{"jsonrpc":"2.0","id":1,"method":"a"}}'
    expect(parseMessage(text)).toMatchObject(invalid('invalid_request'))
    expect(parseMessage(message('"id":1,"__proto__":{"method":"a"}'))).toMatchObject(invalid('invalid_request', 1))
  })
})
