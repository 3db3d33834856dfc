import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { HARBOUR, HAWSER, runCli } from '../fixtures/run-cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'replay-'))
afterAll(() => rmSync(folder, { recursive: true }))
const trace = join(folder, 'bug.jsonl')
const played = (...args: readonly string[]) => runCli([...args, '--', ...HAWSER, 'replay', trace])

describe('hawser replay', () => {
  it('answers as --record heard it', async () => {
    const recorded = await runCli(['call', HARBOUR, 'find', '{"words":"x"}', '--record', trace])
    expect(recorded.code).toBe(0)
    expect(readFileSync(trace, 'utf8')).toContain('"method":"tools/call"')
    expect(await played('call', 'find', '{"words":"x"}')).toMatchObject({ code: 0, stdout: recorded.stdout })
  })

  it('says what differs in a call that was not recorded', async () => {
    const { code, stderr } = await played('call', 'find', '{"words":"y"}')
    expect(code).not.toBe(0)
    expect(stderr).toContain('params.arguments.words: recorded "x", got "y"')
  })

  it('has no secrets in its trace', async () => {
    const script = `
      const answers = {
        'server/discover': { supportedVersions: ['2026-07-28'], capabilities: {}, ttlMs: 0, cacheScope: 'private' },
        'tools/call': { content: [{ type: 'text', text: process.env.KEY }] },
      }
      require('node:readline').createInterface(process.stdin).on('line', (line) => {
        const { id, method } = JSON.parse(line)
        console.log(JSON.stringify({ jsonrpc: '2.0', id, result: answers[method] }))
      })`
    const { stdout } = await runCli([
      'call',
      'x',
      '{}',
      '--json',
      '--record',
      trace,
      '--env',
      'KEY=tide-table-9',
      '--',
      process.execPath,
      '-e',
      script,
    ])
    expect(stdout).toContain('tide-table-9')
    expect(readFileSync(trace, 'utf8')).toContain('"text":"(redacted)"')
    expect(readFileSync(trace, 'utf8')).not.toContain('tide-table-9')
  })

  it('overwrites nothing but a trace, and plays nothing else', async () => {
    const other = join(folder, 'precious.txt')
    writeFileSync(other, 'precious')
    expect(await runCli(['list', HARBOUR, '--record', other])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('exists and is no trace'),
    })
    expect(await runCli(['replay', other])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Line 1 of the trace'),
    })
    expect(await runCli(['replay', join(folder, 'none')])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('cannot be read'),
    })
    expect(await runCli(['replay'])).toMatchObject({ code: 2, stderr: expect.stringContaining('replay needs a FILE') })
  })
})
