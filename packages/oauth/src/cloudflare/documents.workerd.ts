import { describe, expect, it, vi } from 'vitest'
import { FetchDocumentError } from '../cimd/fetch-document.ts'
import { publicDocuments } from './public-documents.ts'

const LIMITS = { maxBytes: 100, timeoutMs: 200 }
const URL_OF_CLIENT = 'https://client.example/client.json'

/** What comes of a document, when the internet answers so; and what was asked for. */
async function load(url: string, answer: (init: RequestInit | undefined) => Response | Promise<Response>) {
  const asked: string[] = []
  const fetch = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    asked.push(new Request(input).url)
    return answer(init)
  })
  try {
    const outcome = await publicDocuments()(new URL(url), LIMITS).catch((error: unknown) => error)
    return { asked, outcome, code: outcome instanceof FetchDocumentError ? outcome.code : undefined, fetch }
  } finally {
    fetch.mockRestore()
  }
}

const endless = (): ReadableStream<Uint8Array> =>
  new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(60)) })

describe('publicDocuments on Workers', () => {
  it('fetches a document and what is said of its age', async () => {
    const { outcome } = await load(
      URL_OF_CLIENT,
      () =>
        new Response('{}', { headers: { 'content-type': 'application/json', age: '7', 'cache-control': 'no-store' } }),
    )
    const { body, ...rest } = outcome as { readonly body: Uint8Array }
    expect(rest).toEqual({ status: 200, contentType: 'application/json', cacheControl: 'no-store', age: 7 })
    expect(new TextDecoder().decode(body)).toBe('{}')
  })

  it.each([
    'https://127.0.0.1/c',
    'https://0x7f.1/c',
    'https://2130706433/c',
    'https://0177.0.0.1/c',
    'https://[::1]/c',
    'https://169.254.169.254/c',
    'https://localhost/c',
    'https://metadata/c',
    'http://client.example/c',
    'https://user@client.example/c',
  ])('TA51, TA52: refuses %s before it asks anybody', async (url) => {
    const { asked, code } = await load(url, () => new Response('{}'))
    expect([code, asked]).toEqual(['blocked', []])
  })

  it('TA54: does not follow a redirect', async () => {
    const { asked, outcome } = await load(URL_OF_CLIENT, (init) => {
      expect(init?.redirect).toBe('manual')
      return Response.redirect('https://169.254.169.254/latest', 302)
    })
    expect(outcome).toMatchObject({ status: 302, body: new Uint8Array() })
    expect(asked).toEqual([URL_OF_CLIENT])
  })

  it('TA55: stops at the limit of a body without an end', async () => {
    expect((await load(URL_OF_CLIENT, () => new Response(endless()))).code).toBe('too_large')
  })

  it('TA55: waits no longer than it is told for a head', async () => {
    const { code } = await load(
      URL_OF_CLIENT,
      (init) => new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('aborted')))),
    )
    expect(code).toBe('timeout')
  })

  it('does not load in a Worker whose fetch could reach more than the internet', () => {
    const of = (flags: object): void =>
      void Object.defineProperty(globalThis, 'Cloudflare', {
        value: { compatibilityFlags: flags },
        configurable: true,
        writable: true,
      })
    of({})
    expect(() => publicDocuments()).toThrow('"compatibility_flags": ["global_fetch_strictly_public"]')
    of({ global_fetch_strictly_public: true })
    expect(publicDocuments()).toBeTypeOf('function')
  })

  it('says that a website cannot be reached', async () => {
    expect((await load(URL_OF_CLIENT, () => Promise.reject(new Error('refused')))).code).toBe('unreachable')
  })
})
