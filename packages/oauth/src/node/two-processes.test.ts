import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorld, getCode, isGood, redeem, refresh, SECRET, tokensOf, type World } from '../fixtures/world.ts'
import type { Task } from './fixtures/oauth-process.ts'
import { sqliteStore, type SqliteStore } from './sqlite-store.ts'

type Body = Readonly<Record<string, unknown>>

const ROUNDS = 15
const TIMES = 10

describe('two processes on one file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-oauth-'))
  const path = join(folder, 'oauth.db')
  let store: SqliteStore
  let world: World
  let children: readonly ChildProcess[]

  beforeAll(async () => {
    store = sqliteStore(path)
    world = createWorld({ store })
    const file = join(import.meta.dirname, 'fixtures/oauth-process.ts')
    const execArgv = ['--conditions=hawser-source', '--no-warnings']
    children = Array.from({ length: 2 }, () => fork(file, [path, SECRET], { execArgv }))
    await Promise.all(children.map((child) => once(child, 'message')))
  })

  afterAll(async () => {
    const gone = children.map((child) => once(child, 'exit'))
    for (const child of children) child.kill()
    await Promise.all(gone)
    store.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** What both answer, each ten times, beginning at the same moment. */
  async function race(form: Task['form']): Promise<readonly Body[]> {
    const task: Task = { form: { client_id: 'app', ...form }, times: TIMES, at: Date.now() + 20 }
    const answers = children.map((child) => once(child, 'message') as Promise<[Body[]]>)
    for (const child of children) child.send(task)
    return (await Promise.all(answers)).flatMap(([bodies]) => bodies)
  }

  it('TA28: redeem a code once', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { code, verifier } = await getCode(world.oauth)
      const bodies = await race({ grant_type: 'authorization_code', code, code_verifier: verifier })
      expect(bodies).toHaveLength(2 * TIMES)
      const won = bodies.filter((body) => 'access_token' in body)
      expect(won).toHaveLength(1)
      expect(bodies.filter((body) => body['error'] === 'invalid_grant')).toHaveLength(2 * TIMES - 1)
      const { gid } = decodeJwt(String(won[0]?.['access_token']))
      expect(await world.oauth.isGrantLive(String(gid))).toBe(false)
      expect(await isGood(world.oauth, String(won[0]?.['refresh_token']))).toBe(false)
    }
  })

  it('TA33: give one successor for a refresh token, whichever answers', async () => {
    let { refresh: token } = tokensOf(await redeem(world.oauth, await getCode(world.oauth)))
    for (let round = 0; round < ROUNDS; round++) {
      const bodies = await race({ grant_type: 'refresh_token', refresh_token: token })
      expect(new Set(bodies.map((body) => JSON.stringify(body)))).toHaveLength(1)
      token = String(bodies[0]?.['refresh_token'])
    }
    expect(await isGood(world.oauth, token)).toBe(true)
  })

  it('TA33: know a token that was used in the other', async () => {
    const first = tokensOf(await redeem(world.oauth, await getCode(world.oauth)))
    const second = tokensOf(await refresh(world.oauth, first.refresh))
    const third = tokensOf(await refresh(world.oauth, second.refresh))
    const bodies = await race({ grant_type: 'refresh_token', refresh_token: first.refresh })
    expect(bodies.every((body) => body['error'] === 'invalid_grant')).toBe(true)
    expect(await isGood(world.oauth, third.refresh)).toBe(false)
  })

  it('TA49: sign with one key', async () => {
    const { refresh: token, access } = tokensOf(await redeem(world.oauth, await getCode(world.oauth)))
    const [body] = await race({ grant_type: 'refresh_token', refresh_token: token })
    expect(decodeProtectedHeader(String(body?.['access_token'])).kid).toBe(decodeProtectedHeader(access).kid)
  })
})
