import { describe, expect, it } from 'vitest'
import { HARBOUR, runCli, startCli } from '../fixtures/run-cli.ts'

const read = (...args: readonly string[]) => runCli(['read', HARBOUR, ...args])

describe('hawser read', () => {
  it('writes the contents as they are where no person looks', async () => {
    const { code, stdout } = await read('logs://today')
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Calm.\n\u{1b}[31mFog\u{1b}[0m later.\n' })
  })

  it('writes bytes as bytes', async () => {
    const { child, ended } = startCli(['read', HARBOUR, 'images://lamp'], { input: '' })
    const chunks: Buffer[] = []
    child.stdout?.removeAllListeners('data').on('data', (chunk: string) => chunks.push(Buffer.from(chunk, 'latin1')))
    child.stdout?.setEncoding('latin1')
    await ended
    expect(Buffer.concat(chunks)).toEqual(Buffer.from([137, 80, 78, 71]))
  })

  it('prints the whole result as JSON', async () => {
    const { stdout } = await read('images://lamp', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      contents: [{ uri: 'images://lamp', mimeType: 'image/png', blob: 'iVBORw==' }],
    })
  })

  it('reads a member of a template', async () => {
    expect(await read('logs://7')).toMatchObject({ code: 0, stdout: 'Day 7' })
  })

  it('suggests the resource that was meant', async () => {
    const { code, stderr } = await read('logs://todya')
    expect(code).toBe(2)
    expect(stderr).toContain('Did you mean logs://today?')
    expect(stderr).toContain('logs://{day}{?watch}')
  })
})
