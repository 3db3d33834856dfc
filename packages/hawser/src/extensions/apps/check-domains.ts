/** Origins that a view may reach, each `https://host`, `https://*.host`, or with a port. Hosts block all others. */
export interface ViewDomains {
  /** For requests and sockets; `wss://` is allowed as well. */
  readonly connectDomains?: readonly string[] | undefined
  /** For scripts, styles, pictures, fonts and media. */
  readonly resourceDomains?: readonly string[] | undefined
  /** For frames within the view. */
  readonly frameDomains?: readonly string[] | undefined
  /** For the base of its relative URLs. */
  readonly baseUriDomains?: readonly string[] | undefined
}

const HOST = String.raw`(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+(?::\d{1,5})?`
const LOCAL = String.raw`http:\/\/(?:localhost|127\.0\.0\.1)(?::\d{1,5})?`
const SECURE = new RegExp(`^(?:https:\\/\\/${HOST}|${LOCAL})$`, 'i')
const SOCKET = new RegExp(`^(?:wss:\\/\\/${HOST}|${LOCAL.replace('http', 'ws')})$`, 'i')
const MAX_DOMAINS = 100
const MAX_LENGTH = 256

const FIELDS = ['connectDomains', 'resourceDomains', 'frameDomains', 'baseUriDomains'] as const

/** Says which is no origin, or nothing. Hosts put them into a header, so nothing but an origin may stand there. */
export function checkDomains(domains: ViewDomains): string | undefined {
  for (const field of Object.keys(domains)) {
    if (!(FIELDS as readonly string[]).includes(field))
      return `its csp has no field "${field}". There are ${FIELDS.join(', ')}.`
  }
  for (const field of FIELDS) {
    const all = domains[field] ?? []
    if (all.length > MAX_DOMAINS) return `its ${field} name ${all.length} origins; at most ${MAX_DOMAINS} are allowed.`
    const wrong = all.find((origin) => !isOrigin(origin, field === 'connectDomains'))
    if (wrong !== undefined) {
      return `${JSON.stringify(wrong).slice(0, 80)} in its ${field} is no origin. Write https:// and a host, such as https://api.example.com or https://*.example.com.`
    }
  }
  return undefined
}

function isOrigin(origin: unknown, mayBeSocket: boolean): boolean {
  if (typeof origin !== 'string' || origin.length > MAX_LENGTH) return false
  return SECURE.test(origin) || (mayBeSocket && SOCKET.test(origin))
}
