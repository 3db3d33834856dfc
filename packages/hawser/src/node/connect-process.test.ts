import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { type Call, ConnectionError, type Link, type Reply, Values } from '../call/index.ts'
import { type Notification, PROTOCOL_VERSION } from '../protocol/index.ts'
import { command, type CommandOptions } from './connect-process.ts'
import { startChild } from './fixtures/child.ts'
import type { ProcessExit } from './start-process.ts'

const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', name)

const connectTiny = (options?: CommandOptions, ...args: readonly string[]): Link =>
  command(process.execPath, [fixture('tiny-server.ts'), ...args], options)

const toolCall = (name: string, args: Readonly<Record<string, unknown>> = {}, rest: Partial<Call> = {}): Call => ({
  method: 'tools/call',
  params: { name, arguments: args },
  protocolVersion: PROTOCOL_VERSION,
  clientCapabilities: {},
  values: new Values(),
  signal: new AbortController().signal,
  notify: () => {},
  ...rest,
})

const textOf = (reply: Reply): string => {
  const block = 'content' in reply ? reply.content[0] : undefined
  return block?.type === 'text' ? block.text : ''
}
const ask = async ({ handle }: Link, name: string, args?: Readonly<Record<string, unknown>>): Promise<string> =>
  textOf(await handle(toolCall(name, args)))

const failure = async (promise: Promise<unknown>): Promise<ConnectionError & { readonly cause?: ProcessExit }> => {
  const error = await promise.catch((reason: unknown) => reason)
  if (!(error instanceof ConnectionError)) throw new Error(`Expected a ConnectionError, got ${String(error)}`)
  return error as ConnectionError & { readonly cause?: ProcessExit }
}

/** Processes that nobody has waited for are dead all the same. */
function isRunning(pid: number): boolean {
  const stat = `/proc/${pid}/stat`
  if (existsSync('/proc/self/stat')) {
    return existsSync(stat) && !/\) [ZX] /.test(readFileSync(stat, 'utf8'))
  }
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
const untilGone = (pid: number): Promise<unknown> =>
  vi.waitUntil(() => !isRunning(pid), { timeout: 10_000, interval: 10 })

describe('a server in a child process', () => {
  it('starts with the first call and answers many at once', async () => {
    await using link = connectTiny()
    const values = Array.from({ length: 200 }, (_, index) => String(index))
    expect(await Promise.all(values.map((value) => ask(link, 'echo', { value })))).toEqual(values)
    expect(await ask(link, 'pid')).not.toBe(String(process.pid))
  })

  it('does not start for a link that is never used', async () => {
    const link = command('/does/not/exist')
    await link[Symbol.asyncDispose]()
    expect(await failure(link.handle(toolCall('echo')))).toMatchObject({ code: 'disconnected' })
  })

  it('gets its arguments as they are, without a shell', async () => {
    const args = ['a b', '$HOME', '`id`', '"', "'", '; exit 1', '*', '', '\\', 'ä\n']
    await using link = connectTiny({}, ...args)
    expect(JSON.parse(await ask(link, 'args'))).toEqual(args)
  })

  it('sees little of the environment', async () => {
    vi.stubEnv('HAWSER_TEST_SECRET', 'secret')
    try {
      await using link = connectTiny({ env: { NOTES_TOKEN: 'given' } })
      const names = (await ask(link, 'env')).split(' ')
      expect(names).toContain('PATH')
      expect(names).toContain('NOTES_TOKEN')
      expect(names).not.toContain('HAWSER_TEST_SECRET')
    } finally {
      vi.unstubAllEnvs()
    }
  })

  it('carries messages of megabytes both ways', async () => {
    await using link = connectTiny()
    const value = 'ä'.repeat(1024 * 1024)
    expect(await ask(link, 'echo', { value })).toBe(value)
  })

  // spec: stdio-stderr
  it('sends its stderr where it is wanted', async () => {
    const heard = Promise.withResolvers<string>()
    await using link = connectTiny({ stderr: heard.resolve })
    await ask(link, 'complain', { value: 'ouch' })
    expect(await heard.promise).toBe('ouch')
  })

  it('stops working on what is aborted', async () => {
    await using link = connectTiny()
    const controller = new AbortController()
    const call = link.handle(toolCall('obey', {}, { signal: controller.signal }))
    await ask(link, 'echo')
    controller.abort()
    await expect(call).rejects.toMatchObject({ code: 'aborted' })
    expect(await ask(link, 'echo', { value: 'on' })).toBe('on')
  })

  it('tells of changes until the link is closed', async () => {
    const link = connectTiny()
    const heard: string[] = []
    const acknowledged = Promise.withResolvers<void>()
    const notify = ({ method }: Notification): void => {
      heard.push(method)
      acknowledged.resolve()
    }
    const ended = link.handle({
      ...toolCall('', {}, { notify }),
      method: 'subscriptions/listen',
      params: { notifications: { toolsListChanged: true } },
    })
    await acknowledged.promise
    await ask(link, 'announce')
    expect(heard).toEqual(['notifications/subscriptions/acknowledged', 'notifications/tools/list_changed'])
    const error = failure(ended)
    await link[Symbol.asyncDispose]()
    expect(await error).toMatchObject({ code: 'disconnected' })
  })
})

describe('a command that cannot start', () => {
  it('is named, with where it was looked for', async () => {
    await using link = command('hawser-test-no-such-command', [], { env: { PATH: '/nowhere' } })
    const error = await failure(link.handle(toolCall('echo')))
    expect(error.code).toBe('disconnected')
    expect(error.message).toContain('hawser-test-no-such-command')
    expect(error.message).toContain('/nowhere')
  })

  it('is not blamed for a working folder that does not exist', async () => {
    await using link = connectTiny({ cwd: '/does/not/exist' })
    expect((await failure(link.handle(toolCall('echo')))).message).toContain('working folder /does/not/exist')
  })

  it('is one that may not be executed', async () => {
    await using link = command(fixture('tiny-server.ts'))
    expect((await failure(link.handle(toolCall('echo')))).message).toContain('may not be executed')
  })
})

describe('a server that ends', () => {
  it('rejects what is in flight with its exit code and the end of its stderr', async () => {
    await using link = connectTiny()
    const calls = [link.handle(toolCall('hang')), link.handle(toolCall('hang'))]
    await ask(link, 'complain', { value: `${'x'.repeat(200_000)}\n\u001B[31mout of memory\u001B[0m` })
    const last = link.handle(toolCall('exit', { code: 7 }))
    for (const call of [...calls, last]) {
      const { code, message, cause } = await failure(call)
      expect(code).toBe('disconnected')
      expect(message).toContain('exited with code 7')
      expect(message).toContain('out of memory')
      expect(message).not.toContain('\u001B')
      expect(message.length).toBeLessThan(3000)
      expect(cause).toMatchObject({ exitCode: 7, signal: null })
      expect(cause?.stderr).toHaveLength(64 * 1024)
    }
  })

  // spec: stdio-restart
  it('starts again with the next call', async () => {
    await using link = connectTiny()
    const pid = await ask(link, 'pid')
    const { message, cause } = await failure(link.handle(toolCall('die')))
    expect(message).toContain('killed by SIGKILL')
    expect(cause?.signal).toBe('SIGKILL')
    expect(await ask(link, 'pid')).not.toBe(pid)
  })

  // basic/patterns/subscriptions#graceful-closure, basic/transports/stdio#unexpected-termination
  // spec: listen-again
  it('ends its subscriptions with an error, and takes new ones when it runs again', async () => {
    await using link = connectTiny()
    const listen = async (): Promise<{ readonly ended: Promise<unknown>; readonly heard: readonly string[] }> => {
      const heard: string[] = []
      const acknowledged = Promise.withResolvers<void>()
      const notify = ({ method }: Notification): void => {
        heard.push(method)
        acknowledged.resolve()
      }
      const params = { notifications: { toolsListChanged: true } }
      const ended = link.handle({ ...toolCall('', {}, { notify }), method: 'subscriptions/listen', params })
      ended.catch(() => {})
      await acknowledged.promise
      return { ended, heard }
    }
    const before = await listen()
    await failure(link.handle(toolCall('die')))
    expect(await failure(before.ended)).toMatchObject({ code: 'disconnected' })
    const after = await listen()
    expect(await ask(link, 'announce')).toBe('1')
    expect(after.heard).toContain('notifications/tools/list_changed')
    expect(before.heard).not.toContain('notifications/tools/list_changed')
  })

  it('stays down when that is wanted', async () => {
    await using link = connectTiny({ restart: false })
    const error = await failure(link.handle(toolCall('exit', { code: 0 })))
    expect(await failure(link.handle(toolCall('echo')))).toBe(error)
  })

  it('is not started for ever', async () => {
    await using link = command(process.execPath, ['-e', 'console.error("no key"); process.exit(3)'])
    for (let start = 0; start < 6; start++) {
      expect((await failure(link.handle(toolCall('echo')))).message).toContain('exited with code 3')
    }
    const { message } = await failure(link.handle(toolCall('echo')))
    expect(message).toMatch(/keeps ending and is not started again for \d+ s/)
    expect(message).toContain('no key')
  })

  it('is told apart from one that speaks another language', async () => {
    await using link = command(process.execPath, ['-e', 'console.log("Usage: notes [options]")'])
    const { message } = await failure(link.handle(toolCall('echo')))
    expect(message).toContain('1 lines to stdout that are no messages, first "Usage: notes [options]"')
  })

  it('is not ended by a line that is no message', async () => {
    await using link = connectTiny()
    expect(await ask(link, 'pollute')).toBe('polluted')
  })
})

describe('closing a link', () => {
  // spec: stdio-shutdown
  it('ends the process by the end of its input', async () => {
    const link = connectTiny({ closeStepMs: 60_000 })
    const pid = Number(await ask(link, 'pid'))
    await link[Symbol.asyncDispose]()
    expect(isRunning(pid)).toBe(false)
    await link[Symbol.asyncDispose]()
  })

  it('rejects what is in flight', async () => {
    const link = connectTiny()
    await ask(link, 'echo')
    const error = failure(link.handle(toolCall('hang')))
    await link[Symbol.asyncDispose]()
    expect(await error).toMatchObject({ code: 'disconnected', message: expect.stringContaining('closed') })
  })

  // basic/transports/stdio#shutdown: SIGTERM, then SIGKILL.
  // spec: stdio-shutdown
  it.each(['', 'stubborn'])('ends a process that ignores the end of its input (%s)', async (temper) => {
    const link = command(process.execPath, [fixture('deaf-server.ts'), temper], { closeStepMs: 100 })
    const pid = Number(await ask(link, 'pid'))
    await link[Symbol.asyncDispose]()
    expect(isRunning(pid)).toBe(false)
  })

  it('ends what the process has started', async () => {
    const link = connectTiny({ closeStepMs: 100 })
    const pid = Number(await ask(link, 'grandchild'))
    expect(isRunning(pid)).toBe(true)
    await link[Symbol.asyncDispose]()
    await untilGone(pid)
  })

  it('ends what a crashed process has left behind', async () => {
    const link = connectTiny({ closeStepMs: 100 })
    const pid = Number(await ask(link, 'grandchild'))
    await failure(link.handle(toolCall('die')))
    await link[Symbol.asyncDispose]()
    await untilGone(pid)
  })
})

describe('the end of the process that holds the link', () => {
  it.each([
    ['has nothing more to do', 'end', undefined],
    ['exits', 'exit', undefined],
    ['gets SIGINT', 'stay', 'SIGINT'],
    ['gets SIGTERM', 'stay', 'SIGTERM'],
  ] as const)('ends the server when it %s', async (_what, mode, signal) => {
    using host = startChild('tiny-host.ts', mode)
    const { content } = (await host.next()) as unknown as { readonly content: readonly { readonly text: string }[] }
    if (signal !== undefined) host.process.kill(signal)
    expect(await host.exit).toBe(signal ?? 0)
    await untilGone(Number(content[0]?.text))
  })
})
