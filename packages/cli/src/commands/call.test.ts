import { describe, expect, it } from 'vitest'
import { DREDGER, HARBOUR, runCli, startCli } from '../fixtures/run-cli.ts'

const call = (...args: readonly string[]) => runCli(['call', HARBOUR, ...args])

/** The data that a tool gave. */
const dataOf = (stdout: string): unknown => (JSON.parse(stdout) as { structuredContent: unknown }).structuredContent

describe('hawser call', () => {
  it('turns single arguments into what the schema asks for', async () => {
    const { code, stdout } = await call(
      'find',
      '--words',
      '007',
      '--max-hits',
      '3',
      '--kinds',
      'quay',
      '--kinds=mole',
      '--no-free',
    )
    expect(code).toBe(0)
    expect(dataOf(stdout)).toMatchObject({ asked: { words: '007', maxHits: 3, kinds: ['quay', 'mole'], free: false } })
  })

  it('takes one JSON object, with single arguments over it', async () => {
    const { stdout } = await call('find', '{"words":"x","maxHits":2}', '--maxHits', '5', '--json')
    expect(dataOf(stdout)).toMatchObject({ asked: { words: 'x', maxHits: 5 } })
  })

  it('reads the JSON object from standard input', async () => {
    const { stdout } = await runCli(['call', HARBOUR, 'find', '-'], { input: '{"words":"from afar"}\n' })
    expect(dataOf(stdout)).toMatchObject({ asked: { words: 'from afar' } })
  })

  it('hands on arguments that are called like what every object has', async () => {
    const { stdout } = await call('echo', '{"__proto__":{"a":1}}', '--constructor', '[1]', '--no-json')
    expect(JSON.parse(stdout)).toEqual(JSON.parse('{"__proto__":{"a":1},"constructor":[1]}'))
  })

  it('prints data or content for people, and nothing that would move their cursor', async () => {
    const [data, content] = await Promise.all([call('find', '--words', 'x', '--no-json'), call('chart', '--no-json')])
    expect(JSON.parse(data.stdout)).toEqual({ asked: { words: 'x' }, hits: [{ name: 'x 1', depth: 4.5 }] })
    expect(content.stdout).toMatchInlineSnapshot(`
      "A chart of the <U+202E>harbour
      [image: image/png, 3 bytes; --json prints it]
      logs://today today
      "
    `)
  })

  it('follows a call that becomes a task', async () => {
    const { code, stdout, stderr } = await runCli(['call', DREDGER, 'dredge', '--no-json'])
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: 'The basin is dredged.\n',
      stderr: 'dredge  1/2  Half of it\n',
    })
  })

  it('ends with 1 and the words of the tool when the tool fails', async () => {
    const { code, stdout, stderr } = await call('sink', '--no-json')
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: 'sink failed: The quay is full. Try the buoys.\n',
    })
  })

  it('prints the failed result too where programs read', async () => {
    const { code, stdout } = await call('sink')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ isError: true })
  })

  it('leaves what the schema forbids to the server to explain', async () => {
    const { code, stderr } = await call('find', '{"maxHits":500}')
    expect(code).toBe(1)
    expect(stderr).toContain('words')
    expect(stderr).toContain('maxHits')
  })

  it('reports progress on standard error', async () => {
    const { code, stdout, stderr } = await call('tow', '--no-json')
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Towed.\n' })
    expect(stderr).toBe('tow  1/2  Line one\n')
  })

  it('cancels the call at the first Ctrl-C and ends with 130', async () => {
    const running = startCli(['call', HARBOUR, 'moor'], { input: '' })
    await running.sees(/moor {2}1\/3/)
    running.child.kill('SIGINT')
    const { code, stdout, stderr } = await running.ended
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
    expect(stderr).toContain('Interrupted')
  })

  it('gives up after the time that it is given, and ends with 3', async () => {
    const { code, stderr } = await call('moor', '--timeout', '0.3')
    expect(code).toBe(3)
    expect(stderr).toContain('--timeout')
  })

  it('says what is wrong with arguments, and ends with 2', async () => {
    const cases = [
      [],
      ['fnd', '--words', 'x'],
      ['fnd', '{}'],
      ['find', '--word', 'x'],
      ['find', '--words'],
      ['find', '--words', 'x', '--max-hits', 'many'],
      ['find', 'words=x'],
      ['find', '[1]'],
      ['find', '{"words":"x"}', 'more'],
      ['book', '--answer', 'berth'],
      ['book', '--answer', 'berth=1', '--answer', 'berth=2'],
    ]
    const ends = await Promise.all(cases.map((args) => call(...args)))
    expect(ends.map(({ code, stdout }) => [code, stdout])).toEqual(cases.map(() => [2, '']))
    expect(ends.map(({ stderr }) => stderr).join('')).toMatchInlineSnapshot(`
      "hawser: call needs TOOL.
        Write: hawser call TARGET TOOL
           or: hawser call TOOL -- COMMAND [ARGS…]
      hawser: There is no tool "fnd".
        Did you mean find?
        Tools: find, echo, sink, moor, tow, book, clear, pay, chart
      hawser: There is no tool "fnd".
        Did you mean find?
        Tools: find, echo, sink, moor, tow, book, clear, pay, chart
      hawser: There is no argument --word.
        Did you mean --words?
        It takes --words, --maxHits, --kinds, --free.
      hawser: --words needs a value.
        Write --words VALUE
      hawser: --max-hits: expected integer, got "many".
      hawser: Expected a JSON object as arguments. Unexpected token 'w', "words=x" is not valid JSON
        Did you mean --words=x?
      hawser: Expected a JSON object as arguments, got a list.
        Write an object in single quotes, '{"query":"tides"}', or single arguments: --query tides
      hawser: Unexpected "more".
        Single arguments are written --name value; a JSON object comes first.
      hawser: --answer takes KEY=JSON, but it got "berth".
        For example: --answer keep=true
      hawser: --answer berth is given twice.
      "
    `)
  })

  it('shows the arguments of one tool', async () => {
    const { code, stdout } = await call('find', '--help')
    expect(code).toBe(0)
    expect(stdout).toMatchInlineSnapshot(`
      "find · reads

      Find berths by the words in their names. Returns at most \`maxHits\` of them, the
      best first, with their depth in metres.

      Arguments
        --words    Words to look for, e.g. "north quay"
                   string, required
        --maxHits  Most hits to return
                   integer, default 10
        --kinds    Kinds of berths
                   ("quay" | "buoy" | "mole")[]
        --free     Only those that are free
                   boolean

      As one JSON object, or singly: --name value, --name=value; lists by repeating;
      --no-name for false.
      "
    `)
  })
})

describe('a question without a terminal', () => {
  it('ends with 2, and says what was asked and how to answer', async () => {
    const [form, confirmation, page] = await Promise.all([call('book'), call('clear'), call('pay')])
    expect([form.code, confirmation.code, page.code]).toEqual([2, 2, 2])
    expect(form.stderr + confirmation.stderr + page.stderr).toMatchInlineSnapshot(`
      "hawser: The server asks "berth", and there is no terminal to ask on.
        | Which boat, and for how long?
          boat: string – Name of the boat
          kind?: "quay" | "buoy"
          nights: integer
        Answer in advance: --answer 'berth={"boat":"…","nights":1}'
                 or refuse: --answer berth=decline
      hawser: The server asks "confirm", and there is no terminal to ask on.
        | Delete every booking for good?
        Answer in advance: --answer confirm=accept
                 or refuse: --answer confirm=decline
      hawser: The server asks to visit a page ("dues"), and there is no terminal to ask on.
        | Pay the dues of this month.
        https://pay.example.com/dues?boat=7
        Visit it yourself, then: --answer dues=accept
      "
    `)
  })

  it.each([
    [['book', '--answer', 'berth={"boat":"Ada","nights":2}'], 0, 'Booked a buoy for Ada, 2 nights.\n'],
    [['clear', '--answer', 'confirm=accept'], 0, 'Deleted.\n'],
    [['clear', '--answer', 'confirm=true'], 0, 'Deleted.\n'],
    [['pay', '--answer', 'dues=accept'], 0, 'Paid.\n'],
    [['clear', '--answer', 'confirm=decline'], 1, ''],
    [['pay', '--answer', 'dues=decline'], 1, ''],
  ])('is answered by %j', async (args, code, stdout) => {
    expect(await call(...args, '--no-json')).toMatchObject({ code, stdout })
  })

  it('is not answered twice with what the server did not take', async () => {
    const { code, stderr } = await call('book', '--answer', 'berth={"boat":"A","nights":2}')
    expect(code).toBe(2)
    expect(stderr).toContain('did not take the answer')
    expect(stderr).toContain('boat')
  })

  it('refuses an answer that does not fit the form', async () => {
    const { code, stderr } = await call('book', '--answer', 'berth=7')
    expect(code).toBe(2)
    expect(stderr).toContain('no answer to its question')
  })
})
