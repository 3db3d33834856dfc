import type { spawn } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { request } from 'node:http'
import { describe, expect, it, vi } from 'vitest'
import type { Callback } from '../../auth/client/index.ts'
import { browser } from './browser.ts'
import { openBrowser } from './open-browser.ts'

const PAGE = new URL('https://login.example.com/authorize')
const isRight = (url: URL): boolean => url.searchParams.get('state') === 'right'

const openWay = async (options: Parameters<typeof browser>[0] = {}, known?: string): Promise<Callback> => {
  const ask = browser({ open: async () => true, ...options })
  if (!('open' in ask)) throw new Error('There is no way back.')
  return ask.open(known)
}

/** Status and text of one request to the way back. */
const visit = (to: string, { method = 'GET', headers = {} } = {}): Promise<readonly [number, string]> =>
  new Promise((resolve, reject) => {
    const sent = request(to, { method, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () => resolve([response.statusCode ?? 0, text]))
    })
    sent.on('error', reject)
    sent.end()
  })

describe('the way back from the browser', () => {
  it('TC22: is on this machine alone, at a port of its own', async () => {
    const [one, two] = [await openWay(), await openWay()]
    expect(one.redirectUri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/)
    expect(one.redirectUri).not.toBe(two.redirectUri)
    await one.close()
    await two.close()
  })

  it('opens the page, whether or not somebody is told of it', async () => {
    const opened: string[] = []
    const way = await openWay({ open: async ({ href }) => opened.push(href) > 0 })
    const back = way.visit(PAGE, isRight, AbortSignal.timeout(5000))
    await visit(`${way.redirectUri}?state=right`)
    await back
    expect(opened).toEqual([PAGE.href])
    await way.close()
  })

  it('TC22: takes the one visit that is waited for, once, and nothing else', async () => {
    const way = await openWay()
    const { port, origin } = new URL(way.redirectUri)
    // Before anybody waits there is nothing.
    expect((await visit(`${way.redirectUri}?state=right`))[0]).toBe(404)
    const back = way.visit(PAGE, isRight, AbortSignal.timeout(5000))
    const attempts: readonly (readonly [string, object?])[] = [
      [`${origin}/`],
      [`${origin}/callback/?state=right`],
      [`${origin}//callback?state=right`],
      [`${origin}/favicon.ico`],
      [way.redirectUri],
      [`${way.redirectUri}?state=wrong`],
      [`${way.redirectUri}?state=right`, { method: 'POST' }],
      [`${way.redirectUri}?state=right`, { method: 'HEAD' }],
      [`${way.redirectUri}?state=right`, { headers: { host: 'evil.example.com' } }],
      [`${way.redirectUri}?state=right`, { headers: { host: `localhost:${port}` } }],
    ]
    for (const [to, options] of attempts) expect((await visit(to, options))[0]).toBe(404)
    const [status, text] = await visit(`${way.redirectUri}?state=right&code=<script>canary</script>`)
    expect(status).toBe(200)
    expect(text).not.toMatch(/script|canary/)
    expect((await back).searchParams.get('code')).toContain('canary')
    // The second tab.
    expect((await visit(`${way.redirectUri}?state=right&code=other`))[0]).toBe(404)
    await way.close()
    await expect(visit(`${way.redirectUri}?state=right`)).rejects.toThrow('ECONNREFUSED')
  })

  it('TC22: shows nothing that could be used against who looks at it', async () => {
    const way = await openWay()
    const response = await fetch(`${way.redirectUri}?x=<b>canary</b>`)
    expect(await response.text()).not.toContain('canary')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    expect(response.headers.get('cache-control')).toBe('no-store')
    await way.close()
  })

  it('TC22: has the port of last time, or another one when that is taken', async () => {
    const one = await openWay()
    const two = await openWay({}, one.redirectUri)
    expect(two.redirectUri).not.toBe(one.redirectUri)
    await one.close()
    const port = Number(new URL(one.redirectUri).port)
    await vi.waitFor(async () => {
      const three = await openWay({}, one.redirectUri)
      expect(three.redirectUri).toBe(one.redirectUri)
      await three.close()
    })
    const four = await openWay({ port })
    await expect(openWay({ port })).rejects.toThrow('EADDRINUSE')
    await four.close()
    await two.close()
  })

  it('TC6: is waited for no longer than there is time', async () => {
    const way = await openWay()
    await expect(way.visit(PAGE, isRight, AbortSignal.timeout(30))).rejects.toThrow('timeout')
    expect((await visit(`${way.redirectUri}?state=right`))[0]).toBe(404)
    await way.close()
  })

  it('tells of the page, whether it opened or not', async () => {
    const onPage = vi.fn((_page: URL, _opened: boolean) => {})
    const way = await openWay({ open: async () => false, onPage })
    const back = way.visit(PAGE, isRight, AbortSignal.timeout(5000))
    await vi.waitFor(() => expect(onPage).toHaveBeenCalledWith(PAGE, false))
    await visit(`${way.redirectUri}?state=right`)
    await back
    await way.close()
  })
})

describe('opening a browser', () => {
  const watch = (event: 'spawn' | 'error') => {
    const started: unknown[][] = []
    const start = ((...args: unknown[]) => {
      started.push(args)
      const child = Object.assign(new EventEmitter(), { unref: () => {} })
      queueMicrotask(() => child.emit(event, new Error('There is no such program.')))
      return child
    }) as unknown as typeof spawn
    return { started, start }
  }

  // spec: page-no-shell, page-opener
  it.each(['https://login.example.com/?a=1&b=$(calc)', 'https://login.example.com/?q=`x`;x|y'])(
    'TC23: hands %s to a program as one word, without a shell',
    async (text) => {
      const page = new URL(text)
      const { started, start } = watch('spawn')
      expect(await openBrowser(page, start)).toBe(true)
      const [[file, args, options]] = started as [[string, string[], object]]
      expect(file).toMatch(/^(?:xdg-open|open|rundll32)$/)
      expect(args.at(-1)).toBe(page.href)
      expect(options).toMatchObject({ shell: false })
    },
  )

  // spec: page-dangerous, page-allowed
  it.each(['file:///etc/passwd', 'javascript:alert(1)', 'data:text/html,x', 'ms-settings:', 'vbscript:x'])(
    'TC23: opens no %s',
    async (text) => {
      const { started, start } = watch('spawn')
      await expect(openBrowser(new URL(text), start)).rejects.toThrow(TypeError)
      expect(started).toEqual([])
    },
  )

  it('TC23: says when there is no program for it', async () => {
    expect(await openBrowser(PAGE, watch('error').start)).toBe(false)
  })
})
