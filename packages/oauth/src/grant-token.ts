import type { Core } from './core.ts'
import { randomSecret } from './secrets.ts'

/** What a grant is called: a UUID, after what the store wants it to begin with. */
const TOKEN = /^([0-9a-f-]{36,48})\.[A-Za-z0-9_-]{43}\.([A-Za-z0-9_-]{43})$/

/** Codes or refresh tokens. */
export interface GrantTokens {
  /** A new one, and its key in the store. */
  readonly issue: (grantId: string) => Promise<{ readonly token: string; readonly key: string }>
  /** The grant and the key of what this server made; `undefined` for all else, so that nobody can pretend a second use. */
  readonly read: (token: string) => Promise<{ readonly grantId: string; readonly key: string } | undefined>
}

/**
 * A token names its grant and has 256 random bits, and a tag over both that only this server can make: a stranger cannot have
 * the store look for anything. Name and tag are its key in the store, from which nobody finds the bits.
 */
export const createGrantTokens = (
  { digest, isDigestOf }: Pick<Core, 'digest' | 'isDigestOf'>,
  purpose: 'code' | 'refresh',
): GrantTokens => ({
  issue: async (grantId) => {
    const body = `${grantId}.${randomSecret()}`
    const tag = await digest(purpose, body)
    return { token: `${body}.${tag}`, key: `${grantId}.${tag}` }
  },
  read: async (token) => {
    const [, grantId, tag] = TOKEN.exec(token) ?? []
    if (grantId === undefined || tag === undefined) return undefined
    const body = token.slice(0, -tag.length - 1)
    return (await isDigestOf(purpose, body, tag)) ? { grantId, key: `${grantId}.${tag}` } : undefined
  },
})
