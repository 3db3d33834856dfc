import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConnectionError } from '../call/index.ts'
import { encodeEvent, keepAlive, readEvents, readWholeEvents } from './events.ts'
import type { EventLimits } from './events.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

const streamOf = (...chunks: readonly Uint8Array[]): ReadableStream<Uint8Array<ArrayBuffer>> =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(Uint8Array.from(chunk))
      controller.close()
    },
  })

/** Reads to the end, or to the error, of which the last entry tells what it is about. */
async function read(chunks: readonly Uint8Array[], limits?: EventLimits): Promise<string[]> {
  const got: string[] = []
  try {
    for await (const data of readEvents(streamOf(...chunks), limits)) got.push(data)
  } catch (error) {
    if (!(error instanceof ConnectionError) || error.code !== 'bad_reply') throw error
    got.push(error.message.includes('at most') ? '! too large' : '! not UTF-8')
  }
  return got
}

const readText = (text: string, limits?: EventLimits): Promise<string[]> => read([bytesOf(text)], limits)

const splitAt = (bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] => {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end))
}

describe('encodeEvent', () => {
  it('puts one message into one event', () => {
    expect(encodeEvent('{"id":1}')).toBe('data: {"id":1}\n\n')
  })

  it('keeps a line break in the data from ending the event', async () => {
    const events = encodeEvent('a\r\n\r\ndata: b\rid: c\n') + encodeEvent('next')
    expect(await readText(events)).toEqual(['a\n\ndata: b\nid: c\n', 'next'])
  })
})

describe('readEvents', () => {
  it('gives back every message that was encoded, wherever the bytes are cut', async () => {
    const message = fc.string({ unit: 'binary', minLength: 1 })
    await fc.assert(
      fc.asyncProperty(fc.array(message), fc.array(fc.nat()), async (messages, cuts) => {
        const bytes = bytesOf(messages.map(encodeEvent).join(keepAlive))
        const expected = messages.map((text) => text.replace(/\r\n?/g, '\n'))
        expect(await read(splitAt(bytes, cuts))).toEqual(expected)
      }),
    )
  })

  it('reads what comes byte by byte, in thousands of lines', async () => {
    const lines = Array.from({ length: 3_000 }, (_, index) => `line ${index}`)
    const text = lines.join('\n')
    expect(await read(Array.from(bytesOf(encodeEvent(text)), (byte) => Uint8Array.of(byte)))).toEqual([text])
  })

  it('gives back JSON text unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (json) => {
        expect(await readText(encodeEvent(json))).toEqual([json])
      }),
    )
  })

  it.each([
    ['LF', '\n'],
    ['CR LF', '\r\n'],
    ['CR', '\r'],
  ])('reads %s line ends and characters of many bytes cut at every byte', async (_, end) => {
    const lines = [': hello', '', 'data: {"a":"é世🚢"}', '', 'id: 7', 'data:b', 'data: c', '', 'data: last', '', '']
    const bytes = bytesOf(lines.join(end))
    const expected = ['{"a":"é世🚢"}', 'b\nc', 'last']
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(await read([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(expected)
    }
    expect(await read(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(expected)
  })

  // streamable-http#receiving-messages: clients must ignore comment lines and must not treat them as malformed.
  // spec: http-comments
  it('ignores comments, unknown fields, other event types and events without data', async () => {
    const text = `:\r\n${keepAlive}: note\nretry: x\nwho: me\n\nevent: ping\ndata: {}\n\nid: 1\ndata:\n\nevent: message\ndata: yes\n\n`
    expect(await readText(text)).toEqual(['yes'])
  })

  // HTML Living Standard, 9.2.6: one byte order mark is dropped, and a line without a colon is a field without a value.
  it('reads past a byte order mark and takes a bare field name as an empty line of data', async () => {
    expect(await readText('\ufeffdata: a\n\ndata\ndata\n\ndata:  b:c\n\n')).toEqual(['a', '\n', ' b:c'])
  })

  it('drops an event that the end of the stream cuts off, even inside a character', async () => {
    expect(await readText('data: a\n\ndata: b\n')).toEqual(['a'])
    expect(await read([bytesOf('data: a\n\ndata: é').subarray(0, -1)])).toEqual(['a'])
  })

  it('takes an event of exactly the most bytes and refuses one byte more, however it is cut', async () => {
    for (const data of ['12345678', 'éé世x', '世世é', 'ab\ncd\nef']) {
      const bytes = bytesOf(encodeEvent('ok') + encodeEvent(data) + encodeEvent('ok'))
      const singly = Array.from(bytes, (byte) => Uint8Array.of(byte))
      for (const chunks of [[bytes], singly]) {
        expect(await read(chunks, { maxEventBytes: 8 })).toEqual(['ok', data, 'ok'])
        expect(await read(chunks, { maxEventBytes: 7 })).toEqual(['ok', '! too large'])
      }
    }
  })

  it('stops reading an endless line soon after the cap', async () => {
    let pulled = 0
    const endless = new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        pull(controller) {
          controller.enqueue(Uint8Array.from(bytesOf(pulled === 0 ? 'data: ' : 'x'.repeat(100))))
          pulled++
        },
      },
      { highWaterMark: 0 },
    )
    await expect(readEvents(endless, { maxEventBytes: 1000 }).next()).rejects.toMatchObject({
      code: 'bad_reply',
    })
    expect(pulled).toBeLessThan(15)
  })

  it('stops reading an event of endless lines soon after the cap', async () => {
    let pulled = 0
    const endless = new ReadableStream<Uint8Array<ArrayBuffer>>(
      { pull: (controller) => controller.enqueue(Uint8Array.from(bytesOf(`data: ${pulled++}\n`))) },
      { highWaterMark: 0 },
    )
    await expect(readEvents(endless, { maxEventBytes: 100 }).next()).rejects.toMatchObject({ code: 'bad_reply' })
    expect(pulled).toBeLessThan(60)
  })

  // spec: utf8
  it('refuses bytes that are not UTF-8', async () => {
    expect(await read([bytesOf('data: a\n\n'), Uint8Array.of(0xff)])).toEqual(['a', '! not UTF-8'])
  })

  it('tells what broke the stream', async () => {
    const broken = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: (controller) => controller.error(new Error('connection reset')),
    })
    await expect(readEvents(broken).next()).rejects.toMatchObject({
      code: 'disconnected',
      cause: new Error('connection reset'),
    })
  })

  // basic/patterns/cancellation: closing the response stream is what cancels the request.
  it('cancels the stream when the reader leaves the loop', async () => {
    let cancelled = false
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => controller.enqueue(Uint8Array.from(bytesOf('data: a\n\ndata: b\n\n'))),
      cancel: () => {
        cancelled = true
      },
    })
    for await (const data of readEvents(stream)) {
      expect(data).toBe('a')
      break
    }
    expect(cancelled).toBe(true)
  })
})

describe('readWholeEvents', () => {
  it('yields every field, also of what is no message', async () => {
    const text =
      ': comment\n\nid: 1\nretry: 250\ndata:\n\nevent: endpoint\ndata: /a\n\nid\n\nid: a\0b\nretry: soon\n\ndata: b\n\n'
    const got: unknown[] = []
    for await (const event of readWholeEvents(streamOf(bytesOf(text)))) got.push(event)
    expect(got).toEqual([
      { type: '', id: '1', retry: 250, data: '' },
      { type: 'endpoint', data: '/a' },
      { type: '', id: '' },
      { type: '', data: 'b' },
    ])
  })
})
