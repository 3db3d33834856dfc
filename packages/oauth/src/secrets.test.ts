import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createSecrets, equalDigests, randomSecret, Secret } from './secrets.ts'

const [one, other] = ['one', 'other'].map((name) =>
  createSecrets([new Secret(`${name} secret of thirty-two characters`)]),
)

describe('secrets', () => {
  it('say themselves to nobody', () => {
    const secret = new Secret('canary')
    const said = [
      JSON.stringify({ secret }),
      inspect({ secret }),
      inspect(secret, { showHidden: true }),
      String(secret),
    ]
    expect(said.join()).not.toContain('canary')
    expect(Object.keys(secret)).toEqual([])
    expect(secret.reveal()).toBe('canary')
  })

  it('are made of 256 bits', () => {
    const many = new Set(Array.from({ length: 100 }, randomSecret))
    expect(many.size).toBe(100)
    for (const secret of many) expect(secret).toMatch(/^[\w-]{43}$/)
  })

  it('have digests for each purpose and each server', async () => {
    const digests = [
      await one!.digest('code', 'x'),
      await one!.digest('refresh', 'x'),
      await other!.digest('code', 'x'),
      await one!.digest('code', 'y'),
    ]
    expect(new Set(digests).size).toBe(4)
    expect(await one!.digest('code', 'x')).toBe(digests[0])
    expect(equalDigests(digests[0]!, digests[0]!)).toBe(true)
    for (const wrong of [digests[1]!, '', `${digests[0]}x`, digests[0]!.slice(0, -1)])
      expect(equalDigests(digests[0]!, wrong)).toBe(false)
    expect(equalDigests('', digests[0]!)).toBe(false)
  })

  it('seal for a purpose and a context, never twice alike', async () => {
    const sealed = await one!.seal('signing-key', 'canary', 'kid')
    expect(sealed).not.toContain('canary')
    expect(await one!.seal('signing-key', 'canary', 'kid')).not.toBe(sealed)
    expect(await one!.open('signing-key', sealed, 'kid')).toBe('canary')
    expect(await one!.open('signing-key', sealed, 'other')).toBeUndefined()
    expect(await one!.open('login', sealed, 'kid')).toBeUndefined()
    expect(await other!.open('signing-key', sealed, 'kid')).toBeUndefined()
    const [iv = '', body = ''] = sealed.split('.')
    for (const wrong of ['', '.', 'x', iv, `${iv}.`, `${iv}.${body.slice(4)}`, `${iv}.!`, `${body}.${iv}`]) {
      expect(await one!.open('signing-key', wrong, 'kid'), wrong).toBeUndefined()
    }
  })

  it('seal for who presents a token, who needs the secret of the server too', async () => {
    const long = 'ä'.repeat(50_000)
    const sealed = await one!.sealFor('the token', long)
    expect(await one!.openWith('the token', sealed)).toBe(long)
    expect(await one!.openWith('another token', sealed)).toBeUndefined()
    expect(await other!.openWith('the token', sealed)).toBeUndefined()
  })
})
