import { describe, expect, it } from 'vitest'
import { HARBOUR, runCli } from '../fixtures/run-cli.ts'

describe('hawser list', () => {
  it('prints JSON where no person looks', async () => {
    const { code, stdout, stderr } = await runCli(['list', HARBOUR])
    const listed = JSON.parse(stdout) as Record<string, readonly { name: string }[]>
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(Object.keys(listed)).toEqual([
      'server',
      'instructions',
      'tools',
      'resources',
      'resourceTemplates',
      'prompts',
    ])
    expect(listed['server']).toMatchObject({ name: 'harbour', version: '1.2.3' })
    expect(listed['tools']?.[0]).toMatchObject({ name: 'find', inputSchema: { required: ['words'] } })
    expect(listed['prompts']?.map(({ name }) => name)).toEqual(['report'])
  })

  it('prints tables that fit the width for people', async () => {
    const { stdout } = await runCli(['list', HARBOUR, '--no-json'], { env: { COLUMNS: '72' } })
    expect(stdout).toMatchInlineSnapshot(`
      "harbour 1.2.3 Berths, tides and logs of a small harbour

      Look for a berth before you book one.

      Tools (9)
        find   reads     Find berths by the words in their names. Returns at
                         most \`maxHits\` of them, the best first, with their
                         depth in metres.
                         words: string, maxHits?: integer = 10, kinds?:
                         ("quay" | "buoy" | "mole")[], free?: boolean
        echo   reads     Give back whatever comes.
        sink   writes    Always fails.
        moor   writes    繋留する – moor a boat at a 岸壁, slowly, telling how
                         far it has come.
        tow    writes    Tow a boat, reporting each line.
        book   writes    Book a berth; asks for what it needs.
        clear  destroys  Delete every booking. Cannot be undone.
        pay    writes    Pay the harbour dues on a web page.
        chart  reads     Everything that content can be.

      Resources (2)
        images://lamp  image/png   lamp
        logs://today   text/plain  The log of today

      Templates (1)
        logs://{day}{?watch}  The log of a day

      Prompts (1)
        report  Write the report of a day
                day, tone?
      "
    `)
  })

  it('stacks what would be too narrow', async () => {
    const { stdout } = await runCli(['list', HARBOUR, '--no-json'], { env: { COLUMNS: '34' } })
    expect(stdout).toMatchInlineSnapshot(`
      "harbour 1.2.3 Berths, tides and
      logs of a small harbour

      Look for a berth before you book
      one.

      Tools (9)
        find   reads
          Find berths by the words in
          their names. Returns at most
          \`maxHits\` of them, the best
          first, with their depth in
          metres.
          words: string, maxHits?:
          integer = 10, kinds?: ("quay"
          | "buoy" | "mole")[], free?:
          boolean
        echo   reads
          Give back whatever comes.
        sink   writes
          Always fails.
        moor   writes
          繋留する – moor a boat at a
          岸壁, slowly, telling how far
          it has come.
        tow    writes
          Tow a boat, reporting each
          line.
        book   writes
          Book a berth; asks for what it
          needs.
        clear  destroys
          Delete every booking. Cannot
          be undone.
        pay    writes
          Pay the harbour dues on a web
          page.
        chart  reads
          Everything that content can
          be.

      Resources (2)
        images://lam  image/png
        p
          lamp
        logs://today  text/plain
          The log of today

      Templates (1)
        logs://{day}
        {?watch}
          The log of a day

      Prompts (1)
        report  Write the report of a
                day
                day, tone?
      "
    `)
  })

  it('cuts long lists and descriptions for people, and says where the rest is', async () => {
    const script = `require('node:readline').createInterface(process.stdin).on('line', (line) => {
      const { id, method } = JSON.parse(line)
      const tools = Array.from({ length: 70 }, (_, i) => ({ name: 't' + i, description: 'word '.repeat(200), inputSchema: { type: 'object' } }))
      const shared = { ttlMs: 0, cacheScope: 'private', resultType: 'complete' }
      const result = { supportedVersions: ['2026-07-28'], capabilities: { tools: {} }, instructions: 'Line.\\n'.repeat(40), ...shared }
      const known = { 'server/discover': result, 'tools/list': { tools, ...shared } }[method]
      const error = { code: -32601, message: 'Method not found' }
      console.log(JSON.stringify({ jsonrpc: '2.0', id, ...(known ? { result: known } : { error }) }))
    })`
    const { code, stdout } = await runCli(['list', '--no-json', '--', process.execPath, '-e', script])
    expect(code).toBe(0)
    expect(stdout).toContain('Tools (70)')
    expect(stdout).toContain('… 10 more; --json lists all')
    expect(stdout).toContain('… (--json prints all of it)')
    expect(stdout).toMatch(/t0.*(?:word …|word…)/s)
    expect(stdout.match(/^Line\.$/gm)).toHaveLength(12)
    expect(stdout).not.toContain('t60')
  })

  it('says what it could not do with a command line, and ends with 2', async () => {
    const cases: readonly (readonly string[])[] = [
      ['list'],
      ['list', 'no-such.ts'],
      ['list', HARBOUR, 'more'],
      ['list', HARBOUR, '--jsn'],
      ['list', HARBOUR, '--timeout', 'soon'],
      ['list', HARBOUR, '--header', 'X: 1'],
      ['list', HARBOUR, '--env', 'HOME'],
      ['list', 'http://127.0.0.1:1/mcp', '--header', 'secret'],
      ['list', 'localhost:3000'],
      ['list', 'ftp://example.com'],
      ['list', 'http://ada:secret@example.com'],
      ['list', 'server.py'],
      ['list', '--'],
    ]
    const ends = await Promise.all(cases.map((args) => runCli(args, { cwd: import.meta.dirname })))
    expect(ends.map(({ code, stdout }) => [code, stdout])).toEqual(cases.map(() => [2, '']))
    expect(ends.map(({ stderr }) => stderr.replaceAll(import.meta.dirname, '…')).join('')).toMatchInlineSnapshot(`
      "hawser: list needs a TARGET: a file, a URL, or a command after --.
        Write: hawser list TARGET
           or: hawser list -- COMMAND [ARGS…]
      hawser: There is no file no-such.ts
        Looked for …/no-such.ts
        To use a program instead, put its command last: -- node server.js
      hawser: Unexpected "more".
      hawser: Unknown option --jsn
        Did you mean --json?
      hawser: --timeout takes seconds, more than 0; it got "soon".
      hawser: --header is for servers at a URL.
        Hand a secret to a program in its environment: --env NAME
      hawser: --env is for programs, whose command comes after --.
      hawser: Not a header: secre
        Write it as a name, a colon and a value: --header 'Authorization: Bearer …'
      hawser: Not a file: localhost:3000
        Did you mean the URL http://localhost:3000?
      hawser: Only http and https URLs can be reached, not ftp://example.com
      hawser: A URL with a user name or a password is not used.
        Send credentials in a header: --header 'Authorization: …'
      hawser: There is no file server.py
        Looked for …/server.py
        To use a program instead, put its command last: -- node server.js
      hawser: Nothing follows --.
        Write the command that starts the server there: -- node server.js
      "
    `)
  })

  const OLD = `require('node:readline').createInterface(process.stdin).on('line', (line) => {
    const { id, method } = JSON.parse(line)
    const capabilities = { tools: { listChanged: true }, resources: {}, logging: {} }
    const known = {
      initialize: { protocolVersion: '2025-03-26', capabilities, serverInfo: { name: 'old', version: '1' } },
      'tools/list': { tools: [{ name: 'x', inputSchema: { type: 'object' } }] },
      'resources/list': { resources: [] },
      'resources/templates/list': { resourceTemplates: [] },
    }[method]
    const error = { code: -32601, message: 'Method not found' }
    if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, ...(known ? { result: known } : { error }) }))
  })`

  it('says what was agreed with a server of any revision when that is wanted', async () => {
    const { stdout } = await runCli(['list', '-v', '--no-json', '--', process.execPath, '-e', OLD])
    expect(stdout).toMatchInlineSnapshot(`
      "old 1

        Revision      2025-03-26
        Transport     stdio
        Capabilities  tools (listChanged), resources, logging

      Tools (1)
        x
      "
    `)
    const json = await runCli(['list', '-v', '--json', '--', process.execPath, '-e', OLD])
    expect((JSON.parse(json.stdout) as { readonly agreed: unknown }).agreed).toEqual({
      protocolVersion: '2025-03-26',
      transport: 'stdio',
      capabilities: { tools: { listChanged: true }, resources: {}, logging: {} },
    })
    const { stdout: present } = await runCli(['list', HARBOUR, '-v', '--json'])
    expect((JSON.parse(present) as { readonly agreed: unknown }).agreed).toMatchObject({
      protocolVersion: '2026-07-28',
      transport: 'in this process',
    })
  })

  it('says of a server that answers to nothing that it is one, and ends with 3', async () => {
    const script = `require('node:readline').createInterface(process.stdin).on('line', (line) => {
      const { id } = JSON.parse(line)
      console.log(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } }))
    })`
    const { code, stderr } = await runCli(['list', '--', process.execPath, '-e', script])
    expect(code).toBe(3)
    expect(stderr).toContain('speaks no revision of the protocol that is known here')
  })

  it('ends with 3 when nobody answers', async () => {
    const { code, stderr } = await runCli(['list', 'http://127.0.0.1:1/mcp'])
    expect(code).toBe(3)
    expect(stderr).toContain('No answer from http://127.0.0.1:1/mcp')
    expect(stderr).toContain('Is it running')
    expect(stderr).not.toContain('node:internal')
  })
})
