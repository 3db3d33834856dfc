import { describe, expect, it } from 'vitest'
import { HARBOUR, runCli } from '../fixtures/run-cli.ts'

const prompt = (...args: readonly string[]) => runCli(['prompt', HARBOUR, ...args])

describe('hawser prompt', () => {
  it('fills in arguments as text', async () => {
    const { code, stdout } = await prompt('report', '--day', '007', '--tone=kind', '--no-json')
    expect(code).toBe(0)
    expect(stdout).toBe('Write the report of a day\nuser: Report on logs://007, kind.\n')
  })

  it('takes a JSON object, and prints JSON where no person looks', async () => {
    const { stdout } = await prompt('report', '{"day":7}')
    expect(JSON.parse(stdout)).toMatchObject({
      messages: [{ role: 'user', content: { type: 'text', text: 'Report on logs://7.' } }],
    })
  })

  it.each([
    [['reprot', '--day', '7'], 'Did you mean report?'],
    [['report', '--dya', '7'], 'Did you mean --day?'],
    [[], 'prompt needs NAME.'],
  ])('says what is wrong with %j, and ends with 2', async (args, message) => {
    const { code, stderr } = await prompt(...args)
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })

  it('passes on what the server says about arguments that are missing', async () => {
    const { code, stderr } = await prompt('report')
    expect(code).toBe(1)
    expect(stderr).toContain('day')
  })
})
