import { fail, mcp } from 'hawser'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { protectedResource } from '../auth.ts'
import { tasks } from '../extensions/tasks/index.ts'
import { startLines } from '../stdio/fixtures/start-lines.ts'
import { createTinyService } from '../stdio/fixtures/tiny-service.ts'
import { createIssuer, ISSUER, RESOURCE } from './fixtures/issuer.ts'
import { hear, VERSION } from './fixtures/notes.ts'

const SENTENCE = 'Note 7 is shared.'
const LATE = {
  content: [{ type: 'text', text: SENTENCE }],
  isError: true,
  _meta: { 'hawser/missingScopes': ['notes:share'] },
}
const CHALLENGE = `Bearer error="insufficient_scope", scope="notes:write notes:share", resource_metadata="https://notes.example.com/.well-known/oauth-protected-resource/mcp", error_description="${SENTENCE}"`

interface Params {
  readonly name?: string
  readonly uri?: string
  readonly [field: string]: unknown
}

const meta = (extensions: object = {}) => ({
  'io.modelcontextprotocol/protocolVersion': VERSION,
  'io.modelcontextprotocol/clientCapabilities': { extensions },
})

/** A server whose handlers find out while they run that a call takes more. */
async function open(missing = 'notes:share') {
  const issuer = await createIssuer()
  const logged: string[] = []
  const isTask = Promise.withResolvers<void>()
  const app = mcp({
    name: 'notes',
    version: '1.0.0',
    auth: protectedResource({ resource: RESOURCE, issuer: { issuer: ISSUER, jwks: () => issuer.jwks } }),
    scopes: { 'notes:write': 'Change your notes', 'notes:share': 'Change what is shared' },
    log: (entry) => logged.push(entry.message),
  })
  const refuse = (): never => {
    throw fail(SENTENCE, { scopes: [missing] })
  }
  const server = app.server({
    tools: {
      change: app.tool({
        description: 'd',
        effect: 'write',
        scopes: ['notes:write'],
        input: z.object({ tell: z.boolean().default(false) }),
        run: ({ tell }, { progress }) => {
          if (tell) progress(1)
          return refuse()
        },
      }),
      open: app.tool({ description: 'd', effect: 'read', scopes: 'public', run: refuse }),
      long: app.tool({
        description: 'd',
        effect: 'write',
        long: true,
        scopes: ['notes:write'],
        run: async () => {
          await isTask.promise
          return refuse()
        },
      }),
    },
    resources: { note: app.resource({ uri: 'notes://7', scopes: ['notes:write'], read: refuse }) },
    prompts: { review: app.prompt({ description: 'd', scopes: ['notes:write'], render: refuse }) },
    use: [tasks({ patience: 1 })],
  })
  const token = await issuer.sign({ scope: 'notes:write' })
  const post = async (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    hear(
      await server.fetch(
        new Request(RESOURCE, {
          method: 'POST',
          headers: {
            accept: 'application/json, text/event-stream',
            'content-type': 'application/json',
            authorization: `Bearer ${token}`,
            ...headers,
          },
          body: JSON.stringify(body),
        }),
      ),
    )
  const send = (method: string, params: Params, more: object = {}) =>
    post(
      { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: { ...meta(), ...more } } },
      { 'mcp-protocol-version': VERSION, 'mcp-method': method, 'mcp-name': params.name ?? params.uri ?? '' },
    )
  return { server, post, send, logged, goOn: isTask.resolve }
}

const call = (id: number, name: string, args: object = {}, _meta?: object) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args, _meta },
})

describe('a refusal that comes up while a handler runs', () => {
  // spec: auth-insufficient, auth-at-once
  it.each([
    ['tools/call', { name: 'change' }],
    ['resources/read', { uri: 'notes://7' }],
    ['prompts/get', { name: 'review' }],
  ])('is a challenge for %s that names what the call took as well', async (method, params) => {
    const { send } = await open()
    expect(await send(method, params)).toMatchObject({ status: 403, challenge: CHALLENGE })
  })

  it.each([
    ['tools/call', { name: 'change' }, 200],
    ['resources/read', { uri: 'notes://7' }, 500],
  ])('names no scope that the server did not declare: %s', async (method, params, status) => {
    const { send, logged } = await open('typo')
    const heard = await send(method, params)
    expect(heard).toMatchObject({ status, challenge: null })
    expect(heard.text).toMatch(/Internal error \(ref \w+\)/)
    expect(heard.text).not.toContain('typo')
    expect(logged).toEqual([expect.stringContaining('requires the scope "typo", which is not declared')])
  })

  it('asks a stranger to sign in', async () => {
    const { post } = await open()
    const heard = await post(call(1, 'open', {}, meta()), {
      authorization: '',
      'mcp-protocol-version': VERSION,
      'mcp-method': 'tools/call',
      'mcp-name': 'open',
    })
    expect(heard.status).toBe(401)
  })

  it('is a result when the answer has begun', async () => {
    const { send } = await open()
    const heard = await send('tools/call', { name: 'change', arguments: { tell: true } }, { progressToken: 1 })
    expect(heard).toMatchObject({ status: 200, challenge: null, body: { result: LATE } })
    expect(heard.text).toContain('notifications/progress')
  })

  it('is a result over stdio', async () => {
    const { server } = await open()
    const { push, until } = startLines({}, { ...createTinyService(), ...server })
    push(`${JSON.stringify(call(1, 'change', {}, meta()))}\n`)
    expect(await until(1)).toMatchObject([{ id: 1, result: LATE }])
  })

  it('is a result of a task', async () => {
    const { send, server, goOn } = await open()
    const speaking = meta({ 'io.modelcontextprotocol/tasks': {} })
    const started = await send('tools/call', { name: 'long' }, speaking)
    const { taskId } = started.body.result as { taskId: string }
    goOn()
    await expect
      .poll(async () => (await send('tasks/get', { name: taskId, taskId }, speaking)).body.result)
      .toMatchObject({ status: 'completed', result: LATE })
    await server.close()
  })

  it('is a challenge for a client of an earlier revision, and a result within a batch', async () => {
    const { post } = await open()
    const old = { 'mcp-protocol-version': '2025-03-26' }
    expect(await post(call(1, 'change'), old)).toMatchObject({ status: 403, challenge: CHALLENGE })
    const batch = await post([call(1, 'change'), call(2, 'change')], old)
    expect(batch.status).toBe(200)
    expect(JSON.parse(batch.text)).toMatchObject([
      { id: 1, result: LATE },
      { id: 2, result: LATE },
    ])
  })

  it('is a result for a client of an earlier revision over stdio', async () => {
    const { server } = await open()
    const { push, until } = startLines({}, { ...createTinyService(), ...server })
    const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'old', version: '1' } }
    push(`${JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params })}\n`)
    await until(1)
    push(`${JSON.stringify(call(1, 'change'))}\n`)
    expect((await until(2))[1]).toMatchObject({ id: 1, result: LATE })
  })
})
