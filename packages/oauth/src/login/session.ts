import type { Core } from '../core.ts'
import type { User } from '../transaction.ts'
import { isObject } from '../register/client-metadata.ts'

/** Who signed in with this browser, in a sealed cookie: nothing is stored, and nothing can be read or made elsewhere. */
export interface Sessions {
  readonly read: (request: Request) => Promise<User | undefined>
  /** The value of a Set-Cookie header. */
  readonly write: (user: User) => Promise<string>
  readonly forget: () => string
}

const LIFETIME = 8 * 60 * 60 * 1000
const MAX_COOKIE = 4096

/** A cookie of this origin alone; `__Host-` where there is TLS, which plain HTTP on one's own machine has not. */
export function hostCookie({ issuer }: Pick<Core, 'issuer'>, name: string) {
  const secure = issuer.startsWith('https:')
  const full = `${secure ? '__Host-' : ''}${name}`
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
  return {
    /** `undefined` also when the name comes twice: one of the two was set by somebody else. */
    read: (request: Request): string | undefined => {
      const pairs = (request.headers.get('cookie') ?? '').split(/; ?/).filter((pair) => pair.startsWith(`${full}=`))
      const value = pairs.length === 1 ? pairs[0]?.slice(full.length + 1) : undefined
      return value === undefined || value.length > MAX_COOKIE ? undefined : value
    },
    write: (value: string, milliseconds: number): string =>
      `${full}=${value}; ${attributes}; Max-Age=${Math.ceil(milliseconds / 1000)}`,
    forget: (): string => `${full}=; ${attributes}; Max-Age=0`,
  }
}

const optional = (value: unknown, type: 'string' | 'number'): boolean => value === undefined || typeof value === type

const isUser = (value: unknown): value is User =>
  isObject(value) &&
  typeof value['userId'] === 'string' &&
  optional(value['tenant'], 'string') &&
  optional(value['authTime'], 'number') &&
  optional(value['displayName'], 'string')

export function createSessions(core: Pick<Core, 'issuer' | 'now' | 'seal' | 'open'>, method: string): Sessions {
  const cookie = hostCookie(core, `hawser-${method}`)
  const context = `session ${method} ${core.issuer}`
  return {
    read: async (request) => {
      const sealed = cookie.read(request)
      const text = sealed === undefined ? undefined : await core.open('login', sealed, context)
      const session: unknown = text === undefined ? undefined : JSON.parse(text)
      if (!isObject(session) || typeof session['until'] !== 'number' || session['until'] <= core.now()) return undefined
      return isUser(session['user']) ? session['user'] : undefined
    },
    write: async (user) =>
      cookie.write(await core.seal('login', JSON.stringify({ user, until: core.now() + LIFETIME }), context), LIFETIME),
    forget: cookie.forget,
  }
}
