import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileCredentials, type Keychain } from './index.ts'

let folder = ''
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'hawser-credentials-')), 'deep', 'folder')
})
afterEach(() => rm(join(folder, '..', '..'), { recursive: true, force: true }))

const open = (keychain: Keychain | false = false) => fileCredentials({ folder, keychain })

const memoryKeychain = (): Keychain & { secret: string | undefined } => ({
  secret: undefined,
  async get() {
    return this.secret
  },
  async set(secret) {
    this.secret = secret
  },
})

describe('credentials in files', () => {
  it('are there for whoever opens the folder again', async () => {
    await open().set('a', 'canary-1')
    await open().set('b', 'canary-2')
    expect(await open().get('a')).toBe('canary-1')
    expect(await open().get('c')).toBeUndefined()
    await open().delete('a')
    await open().delete('a')
    expect([await open().get('a'), await open().get('b')]).toEqual([undefined, 'canary-2'])
  })

  // spec: security-storage, auth-refresh-secret
  it('TC21: can be read by their owner alone, and say nothing by themselves', async () => {
    await open().set('tokens https://notes.example.com/mcp', 'canary-token')
    await open().lock('tokens https://notes.example.com/mcp', async () => {})
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    const names = await readdir(folder)
    expect(names.length).toBeGreaterThanOrEqual(3)
    for (const name of names) {
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600)
      expect(`${name} ${(await readFile(join(folder, name))).toString('latin1')}`).not.toMatch(/canary|notes/)
    }
  })

  it('TC21: have their key in the keychain where there is one', async () => {
    const keychain = memoryKeychain()
    await open(keychain).set('a', 'canary')
    expect(keychain.secret).toMatch(/^[\w-]{43}$/)
    expect(await readdir(folder)).not.toContain('key')
    expect(await open(keychain).get('a')).toBe('canary')
    // Without the keychain, the files are as good as none.
    expect(await open().get('a')).toBeUndefined()
  })

  it('TC21: have their key in a file where the keychain does not keep it', async () => {
    const keychains: readonly Keychain[] = [
      { get: () => Promise.reject(new Error('locked')), set: () => Promise.reject(new Error('locked')) },
      { get: async () => undefined, set: async () => {} },
    ]
    for (const keychain of keychains) {
      await open(keychain).set('a', 'canary')
      expect(await open(keychain).get('a')).toBe('canary')
      expect(await readdir(folder)).toContain('key')
    }
  })

  it('TC21: close a key file that others could read', async () => {
    await open().set('a', 'canary')
    await chmod(join(folder, 'key'), 0o644)
    expect(await open().get('a')).toBe('canary')
    expect((await stat(join(folder, 'key'))).mode & 0o777).toBe(0o600)
  })

  it('are as good as none when they were changed, or put in the place of others', async () => {
    const store = open()
    await store.set('a', 'canary-a')
    const [file = ''] = (await readdir(folder)).filter((name) => name.endsWith('.sealed'))
    const bytes = await readFile(join(folder, file))
    await store.set('b', 'canary-b')
    const [other = ''] = (await readdir(folder)).filter((name) => name.endsWith('.sealed') && name !== file)
    await writeFile(join(folder, other), bytes)
    expect(await store.get('b')).toBeUndefined()
    for (const changed of [bytes.subarray(1), bytes.fill(0, 20, 21), Buffer.alloc(0), Buffer.alloc(5)]) {
      await writeFile(join(folder, file), changed)
      expect(await store.get('a')).toBeUndefined()
    }
  })

  it('have one key, however many make it at a time', async () => {
    await Promise.all(Array.from({ length: 8 }, (_, index) => open().set(`k${index}`, 'canary')))
    for (let index = 0; index < 8; index++) expect(await open().get(`k${index}`)).toBe('canary')
  })

  it('TC18: are locked for one at a time, also when work fails', async () => {
    let inside = 0
    let most = 0
    const work = async () => {
      most = Math.max(most, ++inside)
      await sleep(5)
      inside--
      throw new Error('It failed.')
    }
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => open().lock('a', work)))
    expect(most).toBe(1)
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
    // Another key is another matter.
    await open().lock('a', () => open().lock('b', async () => {}))
  })

  it(
    'TC18: of two processes that find a token expired, one refreshes and the other takes what it got',
    { timeout: 60_000 },
    async () => {
      const refreshes: string[] = []
      const valid = new Set<string>()
      let origin = ''
      const server = createServer((request, response) => {
        let body = ''
        request.setEncoding('utf8').on('data', (part: string) => (body += part))
        request.on('end', () => {
          const json = (value: unknown, status = 200) =>
            void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
          if (request.url === '/.well-known/oauth-protected-resource/mcp')
            return json({ resource: `${origin}/mcp`, authorization_servers: [origin] })
          if (request.url === '/.well-known/oauth-authorization-server')
            return json({
              issuer: origin,
              authorization_endpoint: `${origin}/a`,
              token_endpoint: `${origin}/token`,
              code_challenge_methods_supported: ['S256'],
            })
          if (request.url === '/token') {
            const token = new URLSearchParams(body).get('refresh_token') ?? ''
            // A token that is used twice is a theft, and ends everything.
            if (refreshes.includes(token)) return json({ error: 'invalid_grant' }, 400)
            refreshes.push(token)
            const access = `access-${refreshes.length}`
            valid.add(access)
            return void setTimeout(json, 100, {
              access_token: access,
              token_type: 'Bearer',
              expires_in: 3600,
              refresh_token: `refresh-${refreshes.length}`,
            })
          }
          if (!valid.has((request.headers.authorization ?? '').replace('Bearer ', '')))
            return void response.writeHead(401).end()
          return json({
            jsonrpc: '2.0',
            id: (JSON.parse(body) as { id: number }).id,
            result: { resultType: 'complete', tools: [], ttlMs: 0, cacheScope: 'private' },
          })
        })
      })
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const store = open()
      const tokens = {
        issuer: origin,
        resource: `${origin}/mcp`,
        clientId: 'c',
        registration: JSON.stringify({ id: 'c' }),
        scheme: 'Bearer',
        access: 'access-0',
        refresh: 'refresh-0',
      }
      await store.set(
        `tokens ${origin}/mcp`,
        JSON.stringify({ v: 1, ...tokens, expiresAt: 1, scopes: [], requested: [] }),
      )
      const file = join(import.meta.dirname, 'fixtures/refresh.ts')
      const run = () =>
        promisify(execFile)(process.execPath, [
          '--no-warnings',
          '--conditions=hawser-source',
          file,
          folder,
          `${origin}/mcp`,
        ])
      const outputs = await Promise.all([run(), run(), run()])
      expect(outputs.map(({ stdout }) => stdout)).toEqual(['called\n', 'called\n', 'called\n'])
      expect(refreshes).toEqual(['refresh-0'])
      server.closeAllConnections()
      server.close()
    },
  )
})
