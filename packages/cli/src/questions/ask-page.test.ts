import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { findWarnings } from './ask-page.ts'
import { openBrowser } from 'hawser/node/sign-in'

describe('a page', () => {
  // client/elicitation#safe-url-handling
  // spec: elicit-suspicious
  it.each([
    ['https://example.com/pay', []],
    ['http://example.com/pay', [/not encrypted/]],
    ['https://example.xn--80ak6aa92e.com/', [/other letters/]],
    ['http://аpple.com/', [/not encrypted/, /other letters/]],
  ])('%s comes with what is suspicious about it', (url, expected) => {
    expect(findWarnings(new URL(url))).toEqual(expected.map((pattern) => expect.stringMatching(pattern)))
  })
})

const folder = mkdtempSync(join(tmpdir(), 'hawser-browser-'))
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

// Other systems start their browser by programs that a test cannot replace.
describe.skipIf(process.platform !== 'linux')('a browser', () => {
  // client/elicitation#safe-url-handling: neither client nor model looks on.
  // spec: elicit-own-browser
  it('is a program of its own, which is handed the URL as it is', async () => {
    const note = join(folder, 'opened')
    const program = join(folder, 'xdg-open')
    writeFileSync(program, `#!/bin/sh\nprintf '%s' "$*" > ${note}.part && mv ${note}.part ${note}\n`)
    chmodSync(program, 0o755)
    vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`)
    const url = new URL('https://pay.example.com/?a=1&b=$(id)')
    expect(await openBrowser(url)).toBe(true)
    await expect.poll(() => existsSync(note)).toBe(true)
    expect(readFileSync(note, 'utf8')).toBe(url.href)
  })
})
