import { afterEach, describe, expect, it, vi } from 'vitest'
import { AuthorizationError, ConnectionError, type LogEntry, ProtocolError } from '../call/index.ts'
import { createClient } from '../client/index.ts'
import { connect } from '../connect.ts'
import { createNotes } from './fixtures/notes.ts'
import { log, type LogOptions } from './log.ts'

const { app, parts } = createNotes()

const logged = async (options: Omit<LogOptions, 'log'> = {}) => {
  const entries: LogEntry[] = []
  const write = log({ ...options, log: (entry) => void entries.push(entry) })
  const server = app.server({ ...parts, use: [write] })
  const client = await connect(server, {
    as: { subject: 'ada', scopes: ['write'] },
    answers: { elicit: () => ({ action: 'accept' }) },
  })
  return { entries, client, server }
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('a log of calls', () => {
  it('takes params of methods that it does not know as they come', async () => {
    const { client, entries } = await logged()
    for (const params of [{ uri: 5 }, { name: { first: 'Ada' } }])
      await expect(client.request('x/y' as never, params as never)).rejects.toMatchObject({ code: 'method_not_found' })
    expect(entries).toHaveLength(2)
  })

  it('says of each what it was, who called, how it ended and how long it took', async () => {
    const { entries, client } = await logged()
    await client.call(
      'search',
      { query: 'tide' },
      { meta: { traceparent: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01` } },
    )
    expect(entries).toEqual([
      {
        level: 'info',
        message: 'answered',
        method: 'tools/call',
        name: 'search',
        details: { ms: expect.any(Number), caller: 'ada', client: 'hawser 0.1.0', traceId: 'ab'.repeat(16) },
      },
    ])
  })

  it('tells questions, failures and refusals from answers', async () => {
    const { entries, client } = await logged()
    await client.call('search', { query: '' })
    await client.call('wipe')
    await client.call('nothing').catch(() => {})
    await client.listTools()
    expect(entries.map(({ level, message, details }) => [level, message, details?.['code']])).toEqual([
      ['warn', 'failed', undefined],
      ['info', 'asked', undefined],
      ['info', 'answered', undefined],
      ['warn', 'refused', 'invalid_params'],
      ['info', 'answered', undefined],
    ])
  })

  it.each([
    [new AuthorizationError('insufficient_scope', 'no'), 'warn', 'refused', 'insufficient_scope'],
    [new ConnectionError('timeout', 'late'), 'warn', 'lost', 'timeout'],
    [new ProtocolError('internal_error', 'x'), 'warn', 'refused', 'internal_error'],
    [new Error('bug'), 'error', 'broke', undefined],
  ] as const)('has a word for %s', async (error, level, message, code) => {
    const entries: LogEntry[] = []
    const client = createClient(
      async () => {
        throw error
      },
      { use: [log({ log: (entry) => void entries.push(entry) })] },
    )
    await expect(client.listTools()).rejects.toBe(error)
    expect(entries).toMatchObject([{ level, message, details: { ms: expect.any(Number) } }])
    expect(entries[0]?.details?.['code']).toBe(code)
  })

  it('says when a subscription begins and when it ends', async () => {
    const { entries, client } = await logged()
    const subscription = await client.listen({ toolsListChanged: true })
    expect(entries.map(({ message }) => message)).toEqual(['began'])
    subscription.close()
    await subscription.ended
    await vi.waitUntil(() => entries.length === 2)
    expect(entries.map(({ message }) => message)).toEqual(['began', 'answered'])
  })

  it('keeps arguments to itself unless it is asked for them, and secrets even then', async () => {
    const quiet = await logged()
    await quiet.client.call('search', { query: 'tide', apiKey: 'k-1' })
    await quiet.client.read('notes://7?token=abc')
    expect(JSON.stringify(quiet.entries)).not.toMatch(/tide|k-1|abc/)
    expect(quiet.entries[1]?.name).toBe('notes://7?token=(masked)')
    const loud = await logged({ arguments: true })
    await loud.client.call('search', { query: 'tide', apiKey: 'k-1' })
    expect(loud.entries[0]?.details?.['arguments']).toEqual({ query: 'tide', apiKey: '(masked)' })
  })

  it('is one line of JSON on stderr, whatever a stranger is called', async () => {
    const lines: string[] = []
    vi.spyOn(console, 'warn').mockImplementation((line: string) => void lines.push(line))
    const server = app.server({ ...parts, use: [log()] })
    const client = await connect(server, { clientInfo: { name: 'evil\n{"level":"error"}', version: 'x'.repeat(9999) } })
    await client.call('a\nb'.repeat(1000)).catch(() => {})
    expect(lines).toHaveLength(1)
    expect(lines[0]).not.toContain('\n')
    expect(lines[0]?.length).toBeLessThan(1500)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'warn', message: 'refused', method: 'tools/call' })
  })

  it('takes no call with it when it fails', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const broken = log({
      log: () => {
        throw new Error('disk full')
      },
    })
    const client = await connect(app.server({ ...parts, use: [broken] }))
    expect(await client.tools.search({ query: 'tide' })).toBe('found tide')
  })
})
