import { describe, expect, it } from 'vitest'
import { DECIDE, type Decision, type Principal, Values } from '../call/index.ts'
import { createServer } from './create-server.ts'
import { definers } from './definitions.ts'
import { callServer, complete } from './fixtures/call-server.ts'

const { tool } = definers
const ada = (...scopes: string[]): Principal => ({ subject: 'ada', issuer: 'https://login', scopes: new Set(scopes) })
const ran: string[] = []
const server = createServer(
  {
    name: 'n',
    version: '1',
    scopes: {
      read: { title: 'Read', risk: 'low' },
      write: { title: 'Write', risk: 'high', implies: ['read'] },
    },
  },
  {
    tools: {
      look: tool({ description: 'd', effect: 'read', scopes: ['read'], run: () => void ran.push('look') }),
      open: tool({ description: 'd', effect: 'read', scopes: 'public', run: () => void ran.push('open') }),
      mine: tool({ description: 'd', effect: 'read', scopes: 'signedIn', run: () => void ran.push('mine') }),
    },
  },
)

/** A call whose decisions are kept, and what they were. */
function keeping(decide?: (decision: Decision) => void | Promise<void>) {
  const decisions: Decision[] = []
  ran.length = 0
  const values = new Values().set(DECIDE, (decision) => {
    decisions.push(decision)
    return decide?.(decision)
  })
  return { decisions, values }
}

describe('a decision', () => {
  it('is told before anything runs, with what was used', async () => {
    const { decisions, values } = keeping(() => expect(ran).toEqual([]))
    await complete(server, 'tools/call', { name: 'look' }, { principal: ada('write', 'other'), values })
    expect(decisions).toEqual([
      {
        effect: 'allow',
        reason: 'ok',
        required: ['read'],
        granted: ['write', 'other'],
        used: ['write'],
        missing: [],
        risk: 'low',
      },
    ])
    expect(ran).toEqual(['look'])
  })

  it.each([
    ['look', ada(), 'scope', ['read']],
    ['look', undefined, 'no_token', ['read']],
    ['mine', undefined, 'no_token', []],
  ] as const)('is told of %s refused to %j', async (name, principal, reason, missing) => {
    const { decisions, values } = keeping()
    await expect(callServer(server, 'tools/call', { name }, { principal, values })).rejects.toMatchObject({
      name: 'AuthorizationError',
      scopes: missing,
    })
    expect(decisions).toMatchObject([{ effect: 'challenge', reason, missing, used: [] }])
    expect(ran).toEqual([])
  })

  it.each([['open', undefined] as const, ['mine', ada()] as const])('is told of %s, too', async (name, principal) => {
    const { decisions, values } = keeping()
    await complete(server, 'tools/call', { name }, { principal, values })
    expect(decisions).toMatchObject([{ effect: 'allow', reason: 'ok', required: [] }])
  })

  it('keeps the call from running when nobody can take it down', async () => {
    const { values } = keeping(() => Promise.reject(new Error('disk full')))
    const reply = await complete(server, 'tools/call', { name: 'look' }, { principal: ada('read'), values })
    expect(reply).toMatchObject({ isError: true, content: [{ text: expect.stringMatching(/^Internal error \(ref/) }] })
    expect(ran).toEqual([])
  })
})
