import type { Core } from './core.ts'
import { randomSecret } from './secrets.ts'

const TOKEN = /^([0-9a-f-]{36})\.[A-Za-z0-9_-]{43}\.([A-Za-z0-9_-]{43})$/

export interface RefreshTokens {
  /** A new one, and its key in the store. */
  readonly issue: (grantId: string) => Promise<{ readonly token: string; readonly key: string }>
  /** The grant and the key of what this server made; `undefined` for all else, so that nobody can pretend a second use. */
  readonly read: (token: string) => Promise<{ readonly grantId: string; readonly key: string } | undefined>
}

/**
 * A refresh token names its grant and has 256 random bits, and a tag over both that only this server can make. The tag is
 * its key in the store, from which nobody finds the bits.
 */
export const createRefreshTokens = ({ digest, isDigestOf }: Pick<Core, 'digest' | 'isDigestOf'>): RefreshTokens => ({
  issue: async (grantId) => {
    const body = `${grantId}.${randomSecret()}`
    const tag = await digest('refresh', body)
    return { token: `${body}.${tag}`, key: tag }
  },
  read: async (token) => {
    const [, grantId, tag] = TOKEN.exec(token) ?? []
    if (grantId === undefined || tag === undefined) return undefined
    const body = token.slice(0, -tag.length - 1)
    return (await isDigestOf('refresh', body, tag)) ? { grantId, key: tag } : undefined
  },
})
