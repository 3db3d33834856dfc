import { describe, expect, it } from 'vitest'
import { clean } from '../output/sanitize.ts'
import { HARBOUR } from '../fixtures/run-cli.ts'
import { CTRL_C, DOWN, ENTER, HAS_TERMINAL, openTerminal } from '../fixtures/terminal.ts'

const call = (...args: readonly string[]) => openTerminal(['call', HARBOUR, ...args])

/** Prompts draw themselves anew, so the last line is what counts. */
const lastLine = (text: string): string | undefined => clean(text).trim().split('\n').at(-1)

// Skipped where no pseudo terminal can be had: the same answers are tested in advance by --answer.
describe.skipIf(!HAS_TERMINAL)('on a terminal', () => {
  it('asks the fields of a form one by one, and again for what does not fit', async () => {
    const terminal = call('book')
    await terminal.sees(/Which boat, and for how long\?/)
    terminal.type(ENTER)
    await terminal.sees(/Name of the boat/)
    terminal.type('A')
    terminal.type(ENTER)
    await terminal.sees(/At least 2 characters\./)
    terminal.type('da')
    terminal.type(ENTER)
    await terminal.sees(/kind \(optional\)/)
    terminal.type(ENTER)
    await terminal.sees(/nights/)
    terminal.type('99')
    terminal.type(ENTER)
    await terminal.sees(/At most 14\./)
    terminal.type('\u{7f}')
    terminal.type(ENTER)
    await terminal.sees(/Send this\?/)
    terminal.type(ENTER)
    const { code, stdout } = await terminal.ended
    expect({ code, last: lastLine(stdout) }).toEqual({ code: 0, last: 'Booked a buoy for Ada, 9 nights.' })
  })

  // client/elicitation#user-interaction-model, #security-considerations
  // spec: elicit-who-asks, elicit-review
  it('says which server asks, and shows a form before it is sent, to be changed or not sent at all', async () => {
    const terminal = call('book')
    const fill = async (boat: string): Promise<void> => {
      await terminal.sees(/Name of the boat/)
      terminal.type(boat)
      for (const seen of [/kind \(optional\)/, /nights/, new RegExp(`boat: "${boat}"[^]*Send this\\?`)]) {
        terminal.type(ENTER)
        await terminal.sees(seen)
      }
    }
    await terminal.sees(/the server \S*harbour\.ts asks/)
    await terminal.sees(/Answer/)
    terminal.type(ENTER)
    await fill('Ada')
    terminal.type(DOWN)
    terminal.type(ENTER)
    await fill('Bea')
    terminal.type(ENTER)
    const { code, stdout } = await terminal.ended
    expect({ code, last: lastLine(stdout) }).toEqual({ code: 0, last: 'Booked a buoy for Bea, 1 nights.' })
  })

  // client/elicitation#response-actions
  // spec: elicit-decline, elicit-approval
  it('takes a no for an answer', async () => {
    const form = call('book')
    await form.sees(/Decline to answer/)
    form.type(DOWN)
    form.type(ENTER)
    const confirmation = call('clear')
    await confirmation.sees(/Delete every booking for good\?/)
    confirmation.type('n')
    const [declined, refused] = await Promise.all([form.ended, confirmation.ended])
    expect([declined.code, refused.code]).toEqual([1, 1])
    expect(lastLine(declined.stdout)).toContain('declined')
    expect(lastLine(refused.stdout)).toContain('declined')
  })

  it('asks for a yes or no, and takes no for granted', async () => {
    const [yes, enter] = [call('clear'), call('clear')]
    await Promise.all([yes.sees(/for good\?/), enter.sees(/for good\?/)])
    yes.type('y')
    enter.type(ENTER)
    const [agreed, refused] = await Promise.all([yes.ended, enter.ended])
    expect([agreed.code, lastLine(agreed.stdout)]).toEqual([0, 'Deleted.'])
    expect(refused.code).toBe(1)
  })

  // client/elicitation#safe-url-handling
  // spec: elicit-consent, elicit-full-url, elicit-no-open, elicit-host
  it('shows a page in full and opens nothing by itself', async () => {
    const terminal = call('pay')
    await terminal.sees(/Visit pay\.example\.com\?/)
    terminal.type(DOWN)
    terminal.type(DOWN)
    terminal.type(ENTER)
    const { code, stdout } = await terminal.ended
    expect(clean(stdout)).toContain('https://pay.example.com/dues?boat=7')
    expect(stdout).toContain('\u{1b}[1mpay.example.com\u{1b}')
    expect({ code, last: lastLine(stdout) }).toEqual({ code: 0, last: 'Paid.' })
  })

  it('is interrupted by Ctrl-C in a question', async () => {
    const terminal = call('book')
    await terminal.sees(/Which boat/)
    terminal.type(CTRL_C)
    const { code, stdout } = await terminal.ended
    expect(code).toBe(130)
    expect(stdout).toContain('Interrupted')
  })

  it('shows progress on one line, and is interrupted by Ctrl-C', async () => {
    const terminal = call('moor')
    await terminal.sees(/moor .*1\/3 {2}Lines ashore/)
    terminal.type(CTRL_C)
    const { code, stdout } = await terminal.ended
    expect(code).toBe(130)
    // It erases its own line; what the server sent erases nothing.
    expect(stdout).toContain('\r\u{1b}[K')
    expect(stdout).not.toContain('\u{1b}[2J')
  })

  it('prints for people, in colours unless they want none', async () => {
    const list = (env: Readonly<Record<string, string>>, ...args: readonly string[]) =>
      openTerminal(['list', HARBOUR, ...args], env).ended
    const [plain, option, colored] = await Promise.all([list({ NO_COLOR: '1' }), list({}, '--no-color'), list({})])
    expect(plain.stdout).not.toContain('\u{1b}')
    expect(plain.stdout).toContain('Tools (9)')
    expect(option.stdout).toBe(plain.stdout)
    expect(colored.stdout).toContain('\u{1b}[36mfind\u{1b}[39m')
    expect(colored.stdout).not.toContain('\u{1b}[31m繋留')
  })
})
