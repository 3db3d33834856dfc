/** As `fetch` of the platform. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** Most bytes of an answer, and milliseconds until all of it is there. */
const MAX_BYTES = 262_144
const TIMEOUT_MS = 5_000

/**
 * Fetches a document of an issuer: whole, within bounds, from where it is said to be and nowhere else.
 *
 * @throws Error when it cannot be had.
 */
export async function fetchBounded(fetch: Fetch, url: string, init: RequestInit = {}): Promise<Response> {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const response = await fetch(url, { ...init, redirect: 'manual', signal })
  const chunks: BlobPart[] = []
  let length = 0
  const reader = response.body?.getReader()
  try {
    for (;;) {
      const next = await reader?.read()
      if (next === undefined || next.done) break
      length += next.value.byteLength
      if (length > MAX_BYTES) throw new Error(`The answer of ${url} is larger than ${MAX_BYTES} bytes.`)
      chunks.push(next.value)
    }
  } catch (error) {
    await reader?.cancel().catch(() => {})
    throw error
  }
  return new Response(new Blob(chunks), { status: response.status, headers: response.headers })
}

/** @throws Error when what comes is no JSON, or not with status 200. */
export async function fetchJson(fetch: Fetch, url: string, init?: RequestInit): Promise<unknown> {
  const response = await fetchBounded(fetch, url, init)
  if (response.status !== 200) throw new Error(`${url} answered with HTTP ${response.status}.`)
  return (await response.json()) as unknown
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** @throws TypeError unless it is an address that others cannot read along: https, or this machine. */
export function checkUrl(what: string, url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  const isSafe =
    parsed !== undefined &&
    (parsed.protocol === 'https:' || (parsed.protocol === 'http:' && LOOPBACK.test(parsed.hostname))) &&
    parsed.username === '' &&
    parsed.password === '' &&
    !url.includes('#')
  if (isSafe) return parsed
  throw new TypeError(
    `${what} must be an https URL without credentials and fragment, or http on this machine; it is ${JSON.stringify(url)}.`,
  )
}
