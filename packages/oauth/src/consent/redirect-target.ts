import { isLoopback } from '../redirect-uri.ts'

export interface RedirectTarget {
  /** As the page names it: a host, `127.0.0.1:51234`, or the scheme of an app. */
  readonly shown: string
  readonly kind: 'web' | 'loopback' | 'app'
  /** A remembered consent holds for one of these; loopback is none, since any program can listen there. */
  readonly remembered: string | undefined
  /** What the policy of the page must allow. */
  readonly formTarget: string
}

/** Where the answer goes, in the words of the consent page and of its policy. */
export function redirectTarget(uri: string): RedirectTarget {
  const url = new URL(uri)
  if (isLoopback(uri)) {
    // The grammar of a policy has no IPv6 addresses, CSP 3 section 2.3.1.
    const formTarget = url.hostname.startsWith('[') ? 'http:' : url.origin
    return { shown: url.host, kind: 'loopback', remembered: undefined, formTarget }
  }
  if (url.protocol === 'https:') {
    return { shown: url.host, kind: 'web', remembered: url.host, formTarget: url.origin }
  }
  return { shown: url.protocol.slice(0, -1), kind: 'app', remembered: undefined, formTarget: url.protocol }
}
