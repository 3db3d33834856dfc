import { describe, expect, it, vi } from 'vitest'
import { ProtocolError, type Service } from '../call/index.ts'
import { createExchange, type HttpFallback, type HttpService } from './exchange.ts'
import { callTool, message, properHeaders } from './fixtures/cases.ts'
import { createTestService } from './fixtures/service.ts'
import type { HttpReply, HttpRequest } from './message.ts'

const request = (headers: Readonly<Record<string, string>>, method = 'POST'): HttpRequest => ({
  method,
  header: (name) => ({ host: 'localhost', ...headers })[name],
  onDisconnect: () => {},
})

const old = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'hello', params: {} })

describe('the exchange', () => {
  it('refuses by the head alone', () => {
    const { admit } = createExchange(createTestService())
    const proper = properHeaders(callTool('echo'))
    expect(admit(request(proper))).toBeUndefined()
    expect(admit(request({ ...proper, 'content-length': '4194304' }))).toBeUndefined()
    expect(admit(request({ ...proper, 'content-length': '4194305' }))).toMatchObject({ status: 413 })
    expect(admit(request(proper, 'PATCH'))).toMatchObject({ status: 405 })
  })

  it('makes the common answers once', () => {
    const { admit } = createExchange(createTestService())
    expect(admit(request({}, 'GET'))).toBe(admit(request({}, 'GET')))
  })

  describe('with a fallback', () => {
    const taken: HttpReply = { status: 299, headers: {} }
    const run = async (
      take: HttpFallback['answer'],
      headers: Readonly<Record<string, string>>,
      body: string,
      method = 'POST',
    ) => {
      const { admit, answer } = createExchange({
        ...createTestService(),
        httpFallback: () => ({ answer: take, release: () => {}, close: () => {} }),
      })
      const incoming = request(headers, method)
      return (await admit(incoming)) ?? answer(incoming, body)
    }

    it.each([
      ['a request', old],
      ['a notification', '{"jsonrpc":"2.0","method":"notifications/hello"}'],
      ['a response', '{"jsonrpc":"2.0","id":1,"result":{}}'],
      ['a batch', `[${old}]`],
    ])('hands over %s that does not describe itself', async (_, body) => {
      const fallback = vi.fn<HttpFallback['answer']>(() => taken)
      const headers = { ...properHeaders(body), 'mcp-protocol-version': '2000-01-01' }
      expect(await run(fallback, headers, body)).toBe(taken)
      expect(fallback).toHaveBeenCalledWith(
        expect.anything(),
        body,
        expect.objectContaining({ kind: expect.any(String) }),
      )
    })

    it.each(['GET', 'DELETE'])('hands over %s', async (method) => {
      const fallback = vi.fn<HttpFallback['answer']>(() => taken)
      expect(await run(fallback, {}, '', method)).toBe(taken)
      expect(fallback).toHaveBeenCalledWith(expect.anything(), '', undefined)
    })

    it('keeps what describes itself in the body or in the header', async () => {
      const fallback = vi.fn<HttpFallback['answer']>(() => taken)
      const body = message('server/discover')
      expect(await run(fallback, properHeaders(body), body)).toMatchObject({ status: 200 })
      expect(await run(fallback, properHeaders(old), old)).toMatchObject({ status: 400 })
      expect(fallback).not.toHaveBeenCalled()
    })

    it('guards it like everything else', async () => {
      const fallback = vi.fn<HttpFallback['answer']>(() => taken)
      expect(await run(fallback, { origin: 'http://evil.example.com' }, '', 'GET')).toMatchObject({ status: 403 })
      expect(fallback).not.toHaveBeenCalled()
    })

    it.each(['PUT', 'DELETE', 'GET'])('does not read a body for %s that is larger than one may be', (method) => {
      const { admit } = createExchange(
        { ...createTestService(), httpFallback: () => ({ answer: () => taken, close: () => {}, release: () => {} }) },
        { maxBytes: 10 },
      )
      expect(admit(request({ 'content-length': '11' }, method))).toMatchObject({ status: 413 })
      expect(admit(request({ 'content-length': '10' }, method))).toBeUndefined()
    })

    it('refuses like any other what it leaves', async () => {
      expect(await run(() => undefined, properHeaders(old), old)).toMatchObject({ status: 400 })
      expect(await run(() => undefined, {}, '', 'GET')).toMatchObject({ status: 405 })
    })

    it('gives it the service that is served, and ends it', () => {
      const service = createTestService()
      const release = vi.fn<() => void>()
      const close = vi.fn<() => void>()
      const httpFallback = vi.fn<NonNullable<HttpService['httpFallback']>>(() => ({
        answer: () => undefined,
        release,
        close,
      }))
      const served = { ...service, httpFallback }
      const exchange = createExchange(served, { sessions: { max: 7 } })
      exchange.release()
      expect(close).not.toHaveBeenCalled()
      exchange.close()
      expect(httpFallback).toHaveBeenCalledWith(served, expect.objectContaining({ sessions: { max: 7 } }))
      expect([release, close].map(({ mock }) => mock.calls.length)).toEqual([1, 1])
    })

    it('answers for it when it fails', async () => {
      const fail: HttpFallback['answer'] = () => {
        throw new Error('secret')
      }
      const reply = await run(fail, {}, '', 'GET')
      expect(reply.status).toBe(500)
      expect(reply.body).not.toContain('secret')
    })
  })

  it('answers when the handle throws instead of rejecting, answers with nothing or throws what cannot be looked at', async () => {
    const body = callTool('echo')
    const untouchable = new Proxy(new Error('secret'), {
      getPrototypeOf: () => {
        throw new Error('no')
      },
    })
    const handles = [
      () => {
        throw new Error('secret')
      },
      () => Promise.resolve(undefined),
      () => Promise.reject(untouchable),
      () => {
        throw untouchable
      },
    ] as unknown as Service['handle'][]
    for (const handle of handles) {
      const { answer } = createExchange({ ...createTestService(), handle })
      expect(await answer(request(properHeaders(body)), body)).toMatchObject({ status: 500 })
    }
  })

  it('answers when the log fails', async () => {
    const stderr = vi.spyOn(console, 'error').mockImplementation(() => {})
    const log = () => {
      throw new Error('disk full')
    }
    const body = callTool('crash')
    const { answer } = createExchange({ ...createTestService(), log })
    expect(await answer(request(properHeaders(body)), body)).toMatchObject({ status: 500 })
    expect(stderr).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('"ref"'))
    stderr.mockRestore()
  })

  it('answers when the data of an error is not JSON', async () => {
    const service = createTestService({
      odd: () => {
        throw new ProtocolError('invalid_params', 'Odd', { data: 1n })
      },
    })
    const body = callTool('odd')
    expect(await createExchange(service).answer(request(properHeaders(body)), body)).toMatchObject({ status: 500 })
  })
})
