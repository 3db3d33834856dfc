import { createKeyRing, DeclinedError, type HandlerContext, type Interceptor, mcp } from 'hawser'
import { connect } from 'hawser/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'

afterEach(() => vi.useRealTimers())

const answer = z.object({ yes: z.boolean() })
const old = 'an old secret of at least thirty-two bytes'
const fresh = 'a fresh secret of at least thirty-two bytes'

function serve(
  run: (context: HandlerContext) => Promise<string>,
  secrets: readonly string[] = [old],
  askExpiry = 1000,
) {
  const app = mcp({ name: 'limits', version: '1.0.0', keys: createKeyRing(secrets), askExpiry, log: () => {} })
  const go = app.tool({ description: 'Go.', effect: 'write', run: (_, context) => run(context) })
  return app.server({ tools: { go } })
}

const askOnce = async ({ ask }: HandlerContext) => String((await ask('sure', { message: 'Sure?', answer })).yes)
const answers = { sure: { yes: true }, more: { yes: true } }

describe('a handler that asks', () => {
  it('runs from its start in every round; only once keeps work from repeating', async () => {
    const done = { outside: 0, inside: 0 }
    const server = serve(async ({ ask, once }) => {
      done.outside++
      await once('inside', () => void done.inside++)
      await ask('sure', { message: 'Sure?', answer })
      await ask('more', { message: 'More?', answer })
      return 'done'
    })
    await using client = await connect(server, { answers })
    await client.tools.go()
    expect(done).toEqual({ outside: 3, inside: 1 })
  })

  it('asks what it starts together in one round', async () => {
    const server = serve(async ({ ask }) => {
      await Promise.all([ask('sure', { message: 'Sure?', answer }), ask('more', { message: 'More?', answer })])
      return 'done'
    })
    await using client = await connect(server, { answers })
    await client.tools.go()
    expect(client.trace).toHaveLength(2)
  })

  it('still asks when a catch swallows the suspension, but what follows the catch has run', async () => {
    const after = vi.fn<() => void>()
    const server = serve(async ({ ask }) => {
      const sure = await ask('sure', { message: 'Sure?', answer }).catch(() => undefined)
      after()
      return String(sure?.yes)
    })
    await using client = await connect(server, { answers })
    expect(await client.tools.go()).toBe('true')
    expect(after).toHaveBeenCalledTimes(2)
  })

  it('tells a refusal from a suspension by its class', async () => {
    const server = serve(async ({ ask }) => {
      try {
        return String((await ask('sure', { message: 'Sure?', answer })).yes)
      } catch (error) {
        if (error instanceof DeclinedError) return `${error.action}d`
        throw error
      }
    })
    await using client = await connect(server, { answers: { sure: false } })
    expect(await client.tools.go()).toBe('declined')
  })

  it('gets from once what is left after a journey as JSON', async () => {
    const server = serve(async ({ once }) => typeof (await once('when', () => new Date(0))))
    await using client = await connect(server)
    expect(await client.tools.go()).toBe('string')
  })
})

/** Hands the second round to another process of the deployment. */
const moveTo =
  (other: ReturnType<typeof serve>): Interceptor =>
  (next) =>
  (call) =>
    'requestState' in call.params
      ? other.handle({ ...call, principal: { subject: 'local', scopes: new Set() } })
      : next(call)

describe('the state that a client carries', () => {
  it('opens in another process with the same secret, also while secrets rotate', async () => {
    await using client = await connect(serve(askOnce), { answers, use: [moveTo(serve(askOnce, [fresh, old]))] })
    expect(await client.tools.go()).toBe('true')
  })

  it('opens nowhere else', async () => {
    await using client = await connect(serve(askOnce), { answers, use: [moveTo(serve(askOnce, [fresh]))] })
    await expect(client.tools.go()).rejects.toMatchObject({ code: 'invalid_params' })
  })

  it('expires', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const late = () => {
      vi.setSystemTime(Date.now() + 1000)
      return { yes: true }
    }
    await using client = await connect(serve(askOnce), { answers: { sure: late } })
    await expect(client.tools.go()).rejects.toThrow('it has expired')
  })
})
