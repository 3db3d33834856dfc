import { describe, expect, it } from 'vitest'
import { ACCEPT, acceptsAnswers, isJson, mediaType } from './media-type.ts'

describe('media types', () => {
  it.each(['application/json', 'application/json;', 'APPLICATION/JSON', 'application/json; charset=utf-8; x=y'])(
    'take %s for JSON',
    (type) => expect(isJson(type)).toBe(true),
  )

  it.each([
    undefined,
    '',
    'text/json',
    'application/json5',
    'application/json, text/plain',
    'application/json;charset=utf-16',
  ])('do not take %s for JSON', (type) => expect(isJson(type)).toBe(false))

  it('are read without parameters', () => {
    expect(mediaType('Text/Event-Stream; charset=utf-8')).toBe('text/event-stream')
    expect(mediaType(null)).toBe('')
  })

  // streamable-http#sending-messages, RFC 9110 §12.5.1
  it.each([
    undefined,
    ACCEPT,
    'text/event-stream,application/json',
    '*/*',
    'application/*;q=0.1, TEXT/*',
    'image/*, */*;q=0.2',
  ])('are both accepted by %s', (accept) => expect(acceptsAnswers(accept)).toBe(true))

  it.each([
    '',
    'application/json',
    'text/event-stream',
    'text/html',
    'application/json;q=0, */*',
    'application/json, text/event-stream; q=0.0',
    'application/json, text/*;q=0, */*',
  ])('are not both accepted by %s', (accept) => expect(acceptsAnswers(accept)).toBe(false))
})
