import type { Core } from './core.ts'
import { equalDigests, randomSecret } from './secrets.ts'

const TOKEN = /^([0-9a-f-]{36})\.[A-Za-z0-9_-]{43}\.([A-Za-z0-9_-]{43})$/

export interface RefreshTokens {
  /** A new one, and its key in the store. */
  readonly issue: (grantId: string) => Promise<{ readonly token: string; readonly key: string }>
  /** The grant and the key of what this server made; `undefined` for all else, so that nobody can pretend a second use. */
  readonly read: (token: string) => Promise<{ readonly grantId: string; readonly key: string } | undefined>
}

/** A refresh token names its grant, and carries a tag that only this server can make. */
export const createRefreshTokens = ({ digest }: Pick<Core, 'digest'>): RefreshTokens => ({
  issue: async (grantId) => {
    const body = `${grantId}.${randomSecret()}`
    const token = `${body}.${await digest('refresh-tag', body)}`
    return { token, key: await digest('refresh', token) }
  },
  read: async (token) => {
    const [, grantId, tag] = TOKEN.exec(token) ?? []
    if (grantId === undefined || tag === undefined) return undefined
    const body = token.slice(0, -tag.length - 1)
    return equalDigests(await digest('refresh-tag', body), tag)
      ? { grantId, key: await digest('refresh', token) }
      : undefined
  },
})
