import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Call, Reply } from '../call/index.ts'
import { ConnectionError, GIVE_UP } from '../call/index.ts'
import type { InputRequired } from '../protocol/index.ts'
import type { AnswerContext, Answers } from './answers.ts'
import { createClient } from './create-client.ts'

const done: Reply = { content: [{ type: 'text', text: 'done' }] }

const form = (message = 'Sure?', properties = {}) =>
  ({
    method: 'elicitation/create',
    params: { mode: 'form', message, requestedSchema: { type: 'object', properties } },
  }) as const

const asking = (rest: Omit<InputRequired, 'resultType'>): InputRequired => ({ resultType: 'input_required', ...rest })

/** Replies in this order, the last one for ever, and remembers what it was asked. */
const scripted = (...replies: readonly unknown[]) => {
  const calls: Call[] = []
  const handle = async (call: Call): Promise<Reply> => {
    calls.push(call)
    return (replies[calls.length - 1] ?? replies.at(-1)) as Reply
  }
  const sent = () => calls.map(({ params: { _meta, ...params } }) => params)
  return { handle, calls, sent }
}

const yes: Answers = { elicit: () => ({ action: 'accept' }) }

afterEach(() => {
  vi.useRealTimers()
})

describe('answering what a server asks', () => {
  // basic/patterns/mrtr#client-requirements-basic-workflow 2: the exact value, and none that the server did not give.
  // spec: mrtr-client-echo, mrtr-client-no-state, mrtr-state-opaque
  it('echoes the state of the last reply to the byte, and invents none', async () => {
    const state = ' {"a":1}\u0000é\ud83d\ude80== '
    const { handle, sent } = scripted(
      asking({ inputRequests: { a: form() }, requestState: state }),
      asking({ inputRequests: { b: form() } }),
      asking({ inputRequests: { c: form() }, requestState: '' }),
      done,
    )
    await createClient(handle, { answers: yes }).call('wipe', { all: true })
    const accepted = { action: 'accept', content: {} }
    expect(sent()).toEqual([
      { name: 'wipe', arguments: { all: true } },
      { name: 'wipe', arguments: { all: true }, inputResponses: { a: accepted }, requestState: state },
      { name: 'wipe', arguments: { all: true }, inputResponses: { b: accepted } },
      { name: 'wipe', arguments: { all: true }, inputResponses: { c: accepted }, requestState: '' },
    ])
    expect(sent()[2]).not.toHaveProperty('requestState')
  })

  // basic/patterns/mrtr#client-requirements-basic-workflow 3 and 4
  // spec: mrtr-client-isolation, mrtr-client-id
  it('makes a new request for each round and keeps answers away from other calls', async () => {
    const { handle, calls } = scripted(asking({ inputRequests: { a: form() }, requestState: 's' }), done, done)
    const client = createClient(handle, { answers: yes })
    await client.call('wipe')
    await client.call('other')
    const tokens = calls.map(({ params }) => params._meta?.progressToken)
    expect(new Set(tokens).size).toBe(3)
    expect(calls[1]).not.toBe(calls[0])
    expect(calls[2]?.params).not.toHaveProperty('requestState')
    expect(calls[2]?.params).not.toHaveProperty('inputResponses')
  })

  // spec: mrtr-client-answers
  it('asks several questions at once', async () => {
    const { handle, sent } = scripted(asking({ inputRequests: { a: form('A'), b: form('B') } }), done)
    const open = new Set<string>()
    const both = Promise.withResolvers<void>()
    const elicit: Answers['elicit'] = async ({ message }, { key }) => {
      open.add(`${key}:${message}`)
      if (open.size === 2) both.resolve()
      await both.promise
      return { action: key === 'a' ? 'decline' : 'cancel' }
    }
    await createClient(handle, { answers: { elicit } }).call('wipe')
    expect([...open]).toEqual(['a:A', 'b:B'])
    expect(sent()[1]).toHaveProperty('inputResponses', { a: { action: 'decline' }, b: { action: 'cancel' } })
  })

  it('tells a handler which question of which call it answers', async () => {
    const { handle } = scripted(
      asking({ inputRequests: { a: form() } }),
      asking({ inputRequests: { a: form() } }),
      done,
    )
    const seen: AnswerContext[] = []
    const elicit: Answers['elicit'] = (_, context) => {
      seen.push(context)
      return { action: 'accept' }
    }
    await createClient(handle, { answers: { elicit } }).call('wipe', { id: 7 })
    expect(seen.map(({ key, round }) => [key, round])).toEqual([
      ['a', 1],
      ['a', 2],
    ])
    expect(seen[0]?.call).toBe(seen[1]?.call)
    expect(seen[0]?.call.params).toMatchObject({ name: 'wipe', arguments: { id: 7 } })
  })

  // client/elicitation#elicitation-requests: without a mode it is a form.
  // spec: elicit-default-mode, elicit-defaults
  it('takes a question without a mode for a form, and fills in its defaults', async () => {
    const { mode: _, ...params } = form('Who?', {
      name: { type: 'string', default: 'John' },
      age: { type: 'integer', default: 30 },
    }).params
    const { handle, sent } = scripted(
      asking({ inputRequests: { who: { method: 'elicitation/create', params } } }),
      done,
    )
    await createClient(handle, { answers: { elicit: () => ({ action: 'accept', content: { age: 4 } }) } }).call('greet')
    expect(sent()[1]).toHaveProperty('inputResponses.who', { action: 'accept', content: { name: 'John', age: 4 } })
  })

  it('sends no content with a refusal or for a page', async () => {
    const visit = {
      method: 'elicitation/create',
      params: { mode: 'url', message: 'Go', url: 'https://example.com/' },
    } as const
    const { handle, sent } = scripted(asking({ inputRequests: { a: form(), b: visit } }), done)
    const answers: Answers = {
      elicit: () => ({ action: 'decline', content: { secret: 'x' } }),
      visit: () => ({ action: 'accept', content: { secret: 'x' } }),
    }
    await createClient(handle, { answers }).call('wipe')
    expect(sent()[1]).toHaveProperty('inputResponses', { a: { action: 'decline' }, b: { action: 'accept' } })
  })

  // client/elicitation#safe-url-handling
  // spec: elicit-no-fetch
  it('fetches nothing of a page', async () => {
    const fetch = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('fetched'))
    const page = {
      method: 'elicitation/create',
      params: { mode: 'url', message: 'Go', url: 'https://example.com/a?b#c' },
    } as const
    const { handle } = scripted(asking({ inputRequests: { a: page } }), done)
    const seen: unknown[] = []
    const visit: Answers['visit'] = (given) => {
      seen.push(given)
      return { action: 'accept' }
    }
    await createClient(handle, { answers: { visit } }).call('pay')
    expect(seen).toEqual([page.params])
    expect(fetch).not.toHaveBeenCalled()
    fetch.mockRestore()
  })

  it('answers for the model and the folders', async () => {
    const { handle, sent } = scripted(
      asking({
        inputRequests: {
          capital: { method: 'sampling/createMessage', params: { messages: [], maxTokens: 9 } },
          folders: { method: 'roots/list' },
        },
      }),
      done,
    )
    const message = { role: 'assistant', content: { type: 'text', text: 'Paris' }, model: 'm' } as const
    const answers: Answers = {
      sample: ({ maxTokens }) => ({ ...message, stopReason: `${maxTokens}` }),
      roots: () => [{ uri: 'file:///a' }],
    }
    await createClient(handle, { answers }).call('ask')
    expect(sent()[1]).toHaveProperty('inputResponses', {
      capital: { ...message, stopReason: '9' },
      folders: { roots: [{ uri: 'file:///a' }] },
    })
  })

  it('keeps __proto__ an ordinary key', async () => {
    const requests = JSON.parse(`{"__proto__":${JSON.stringify(form())}}`) as InputRequired['inputRequests']
    const { handle, sent } = scripted(asking({ inputRequests: requests }), done)
    await createClient(handle, { answers: yes }).call('wipe')
    expect(JSON.stringify(sent()[1])).toContain('"inputResponses":{"__proto__":{"action":"accept","content":{}}}')
  })

  it('works for resources and prompts too', async () => {
    const read = scripted(asking({ inputRequests: { a: form() } }), { contents: [], ttlMs: 0, cacheScope: 'private' })
    await createClient(read.handle, { answers: yes }).read('notes://1')
    const get = scripted(asking({ inputRequests: { a: form() } }), { messages: [] })
    await createClient(get.handle, { answers: yes }).prompt('review', { id: '1' })
    expect([read.sent().length, get.sent().length]).toEqual([2, 2])
  })

  // spec: result-type-absent
  it('takes a reply that says complete, or says nothing, for the final one', async () => {
    const { handle, sent } = scripted({ ...done, resultType: 'complete' })
    const result = await createClient(handle).call('add')
    expect(result.content).toEqual([{ type: 'text', text: 'done' }])
    expect(sent()).toHaveLength(1)
  })
})

describe('a server that asked nothing', () => {
  it('is retried with its state after a pause that grows up to a limit', async () => {
    vi.useFakeTimers()
    const { handle, sent } = scripted(
      ...Array.from({ length: 9 }, (_, round) => asking({ requestState: `s${round}`, inputRequests: {} })),
      done,
    )
    const calling = createClient(handle).call('slow')
    const waits: number[] = []
    for (let round = 1; round <= 9; round++) {
      const start = Date.now()
      while (sent().length === round) await vi.advanceTimersByTimeAsync(50)
      waits.push(Date.now() - start)
    }
    await calling
    expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000])
    expect(sent()[9]).toEqual({ name: 'slow', arguments: {}, requestState: 's8' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is left alone when the call is aborted meanwhile', async () => {
    vi.useFakeTimers()
    const { handle, sent } = scripted(asking({ requestState: 's' }))
    const controller = new AbortController()
    const calling = createClient(handle).call('slow', {}, { signal: controller.signal })
    await vi.advanceTimersByTimeAsync(10)
    controller.abort()
    await expect(calling).rejects.toMatchObject({ code: 'aborted' })
    expect([sent().length, vi.getTimerCount()]).toEqual([1, 0])
  })
})

describe('a server that does not stop asking', () => {
  it('is left after sixteen rounds', async () => {
    const { handle, sent } = scripted(asking({ inputRequests: { a: form() } }))
    await expect(createClient(handle, { answers: yes }).call('wipe')).rejects.toMatchObject({ code: 'too_many_rounds' })
    expect(sent()).toHaveLength(17)
  })

  it('is left after as many rounds as the client allows', async () => {
    const { handle, sent } = scripted(asking({ inputRequests: { a: form() } }))
    await expect(createClient(handle, { answers: yes, maxRounds: 1 }).call('wipe')).rejects.toBeInstanceOf(
      ConnectionError,
    )
    expect(sent()).toHaveLength(2)
  })
})

describe('what a server may not ask', () => {
  const page = (url: unknown) => ({ a: { method: 'elicitation/create', params: { mode: 'url', message: 'Go', url } } })
  const accept: Answers = { ...yes, visit: () => ({ action: 'accept' }) }
  const model: Answers = { sample: () => ({ role: 'assistant', model: 'm', content: [] }) }

  // client/sampling#tools-in-sampling: a client that did not declare tools refuses them.
  // spec: sampling-tools-refused, elicit-safe-scheme, mrtr-client-answers
  it.each([
    ['a form of a client without one', {}, asking({ inputRequests: { a: form() } })],
    ['a page of a client that only has forms', yes, asking({ inputRequests: page('https://example.com/') as never })],
    [
      'a message of a client without a model',
      yes,
      asking({ inputRequests: { a: { method: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } } } }),
    ],
    [
      'a message made with tools',
      model,
      asking({
        inputRequests: {
          a: { method: 'sampling/createMessage', params: { messages: [], maxTokens: 1, tools: [] } },
        },
      }),
    ],
    [
      'a message with a choice of tools',
      model,
      asking({
        inputRequests: {
          a: { method: 'sampling/createMessage', params: { messages: [], maxTokens: 1, toolChoice: { mode: 'auto' } } },
        },
      }),
    ],
    ['folders of a client without them', yes, asking({ inputRequests: { a: { method: 'roots/list' } } })],
    ['something unheard of', accept, asking({ inputRequests: { a: { method: 'tools/list', params: {} } as never } })],
    [
      'a question without params',
      accept,
      asking({ inputRequests: { a: { method: 'elicitation/create', params: 'x' } as never } }),
    ],
    ['a question that is no object', accept, asking({ inputRequests: { a: null as never } })],
    [
      'in a mode unheard of',
      accept,
      asking({ inputRequests: { a: { method: 'elicitation/create', params: { mode: 'voice' } } as never } }),
    ],
    ['to open a script', accept, asking({ inputRequests: page('javascript:alert(1)') as never })],
    ['to open a file', accept, asking({ inputRequests: page('file:///etc/passwd') as never })],
    ['to open nothing', accept, asking({ inputRequests: page(undefined) as never })],
    [
      'a form without fields',
      accept,
      asking({ inputRequests: { a: { method: 'elicitation/create', params: { message: 'x' } } as never } }),
    ],
    ['neither questions nor a state', accept, asking({})],
    ['no questions at all', accept, asking({ inputRequests: {} })],
    ['a list of questions', accept, asking({ inputRequests: [] as never, requestState: 's' })],
    ['with a state that is not text', accept, asking({ requestState: 7 as never })],
    [
      'too much at once',
      accept,
      asking({ inputRequests: Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`q${at}`, form()])) }),
    ],
    ['by an unknown resultType', accept, { resultType: 'later' }],
  ])('%s', async (_, answers, reply) => {
    const { handle, sent } = scripted(reply)
    await expect(createClient(handle, { answers }).call('wipe')).rejects.toMatchObject({ code: 'bad_reply' })
    expect(sent()).toHaveLength(1)
  })

  // basic/patterns/mrtr#supported-requests: on no other request.
  it('anything when a list is asked for', async () => {
    const { handle } = scripted(asking({ inputRequests: { a: form() } }))
    await expect(createClient(handle, { answers: yes }).listTools()).rejects.toMatchObject({ code: 'bad_reply' })
  })
})

describe('a handler', () => {
  it('that throws fails the call with its own error and frees the others', async () => {
    const { handle } = scripted(asking({ inputRequests: { a: form(), b: form() } }))
    let freed: AbortSignal | undefined
    const elicit: Answers['elicit'] = (_, { key, signal }) => {
      if (key === 'b') throw new Error('The dialog broke.')
      freed = signal
      return new Promise(() => {})
    }
    await expect(createClient(handle, { answers: { elicit } }).call('wipe')).rejects.toThrow('The dialog broke.')
    expect(freed?.aborted).toBe(true)
  })

  it('that answers nothing usable is told what was expected', async () => {
    const { handle } = scripted(asking({ inputRequests: { a: form() } }))
    await expect(
      createClient(handle, { answers: { elicit: (() => undefined) as never } }).call('wipe'),
    ).rejects.toThrow(TypeError)
    await expect(
      createClient(handle, { answers: { elicit: () => ({ action: 'yes' }) as never } }).call('wipe'),
    ).rejects.toThrow(/'accept', 'decline' or 'cancel'.*"yes"/)
  })

  // client/roots#root, #security-considerations
  // spec: root-file-uri, roots-checked
  it.each([
    'https://example.com/',
    '/home/ada',
    'file:/etc',
    'file:///home/../etc',
    'file:///home/%2e%2E%2fetc',
    'file:///..',
  ])('may not tell of the folder %s', async (uri) => {
    const { handle, sent } = scripted(asking({ inputRequests: { a: { method: 'roots/list' } } }), done)
    await expect(createClient(handle, { answers: { roots: () => [{ uri }] } }).call('look')).rejects.toThrow(TypeError)
    expect(sent()).toHaveLength(1)
  })

  it('is not waited for once the call is aborted', async () => {
    const { handle } = scripted(asking({ inputRequests: { a: form() } }))
    const controller = new AbortController()
    const elicit: Answers['elicit'] = () => {
      controller.abort()
      return new Promise(() => {})
    }
    const calling = createClient(handle, { answers: { elicit } }).call('wipe', {}, { signal: controller.signal })
    await expect(calling).rejects.toMatchObject({ code: 'aborted' })
  })

  it('may take longer than a request may', async () => {
    vi.useFakeTimers()
    const { handle } = scripted(asking({ inputRequests: { a: form() } }), done)
    const elicit: Answers['elicit'] = () =>
      new Promise((resolve) => setTimeout(resolve, 3_600_000, { action: 'accept' }))
    const calling = createClient(handle, { answers: { elicit } }).call('wipe')
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(await calling).toEqual(done)
  })

  it.each([
    ['no answer can be had', [asking({ inputRequests: { a: form() } })], () => Promise.reject(new Error('no screen'))],
    ['there are too many', [asking({ inputRequests: { a: form() } })], () => ({ action: 'accept' }) as const],
    ['they make no sense', [asking({ inputRequests: [] as never })], () => ({ action: 'accept' }) as const],
  ])('tells the connection that no retry comes when %s', async (_, replies, elicit) => {
    const { handle } = scripted(...replies)
    const giveUp = vi.fn()
    const remembering = (call: Call) => {
      call.values.set(GIVE_UP, giveUp)
      return handle(call)
    }
    await expect(createClient(remembering, { answers: { elicit }, maxRounds: 3 }).call('wipe')).rejects.toThrow()
    expect(giveUp).toHaveBeenCalledOnce()
  })

  it('tells the connection nothing when the call is answered', async () => {
    const { handle } = scripted(asking({ inputRequests: { a: form() } }), done)
    const giveUp = vi.fn()
    const remembering = (call: Call) => {
      call.values.set(GIVE_UP, giveUp)
      return handle(call)
    }
    await createClient(remembering, { answers: yes }).call('wipe')
    expect(giveUp).not.toHaveBeenCalled()
  })
})
