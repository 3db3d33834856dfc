import type { Core } from './core.ts'
import type { Transaction } from './transaction.ts'

/** One cookie for each transaction, so that two tabs do not take each other's place. */
const nameOf = (core: Pick<Core, 'issuer'>, key: string): string => `${prefixOf(core)}hawser-${key.slice(0, 16)}`

/** Browsers keep `__Host-` for HTTPS; plain HTTP is for a server on one's own machine. */
const prefixOf = ({ issuer }: Pick<Core, 'issuer'>): string => (issuer.startsWith('https:') ? '__Host-' : '')
const attributesOf = (core: Pick<Core, 'issuer'>): string =>
  `Path=/; HttpOnly; SameSite=Lax${core.issuer.startsWith('https:') ? '; Secure' : ''}`

export function transactionCookie(core: Core, { key, expiresAt }: Transaction, browser: string): string {
  const seconds = Math.ceil((expiresAt - core.now()) / 1000)
  return `${nameOf(core, key)}=${browser}; ${attributesOf(core)}; Max-Age=${seconds}`
}

export const forgetCookie = (core: Core, { key }: Transaction): string =>
  `${nameOf(core, key)}=; ${attributesOf(core)}; Max-Age=0`

/** Whether the request comes from the browser that began the transaction. */
export async function isSameBrowser(core: Core, request: Request, { key, browserKey }: Transaction): Promise<boolean> {
  const value = readCookie(request, nameOf(core, key))
  return value !== undefined && (await core.isDigestOf('browser', value, browserKey))
}

function readCookie(request: Request, name: string): string | undefined {
  const start = `${name}=`
  const pairs = request.headers.get('cookie')?.split(/; ?/) ?? []
  return pairs.find((pair) => pair.startsWith(start))?.slice(start.length)
}
