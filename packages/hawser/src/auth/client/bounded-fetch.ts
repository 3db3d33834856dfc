import { after, ConnectionError, createLinkedController, untilAborted } from '../../call/index.ts'
import { checkAddress, type Reach, reachOf, type Surroundings } from './address.ts'
import { SignInError } from './sign-in-error.ts'

/** What is sent to an issuer. */
export interface FetchInit {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  readonly redirect: 'manual'
  readonly signal: AbortSignal
}

/**
 * Sends one request to an issuer. The global `fetch` is one; one that resolves names itself can also refuse those that
 * lead nearer than `reach`, as that of `hawser/node/sign-in` does.
 */
export type Fetch = (url: string, init: FetchInit, reach: Reach) => Promise<Response>

/** Metadata and tokens are small. */
const MAX_BYTES = 256 * 1024
/** Milliseconds for the head and the body of an answer together. */
const PATIENCE = 15_000

/** What libraries hand to a function that stands in for `fetch`. */
interface LooseInit {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: string | URLSearchParams | null | undefined
  readonly signal?: AbortSignal | null | undefined
}

export type BoundedFetch = (url: string, init: LooseInit) => Promise<Response>

/**
 * A `fetch` for what strangers name: the address is checked, redirects are refused, and size and time of the answer are bounded.
 *
 * @throws SignInError `forbidden_address` for where it must not go, `bad_metadata` for an answer that is too large;
 * ConnectionError when nobody answers in time.
 */
export function createBoundedFetch(fetch: Fetch, surroundings: Surroundings): BoundedFetch {
  return async (address, { method = 'GET', headers = {}, body, signal }) => {
    const url = checkAddress(address, 'an issuer', surroundings)
    // A timer that is left behind would keep its process, or Durable Object, awake.
    const { controller, release } = createLinkedController([signal ?? undefined])
    const stop = after(PATIENCE, () => controller.abort())
    const init: FetchInit = {
      method,
      headers,
      // Parameters are sent as text, whatever a library keeps them in.
      ...(body !== undefined && body !== null && { body: String(body) }),
      redirect: 'manual',
      signal: controller.signal,
    }
    try {
      const read = async () => {
        const response = await fetch(url.href, init, reachOf(url, surroundings))
        return { response, text: await readText(response, url) }
      }
      const { response, text } = await untilAborted(init.signal, read())
      const isRedirect = response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)
      if (isRedirect) throw new SignInError('forbidden_address', `${url.host} redirects, which issuers must not.`)
      return new Response(hasBody(response.status) ? text : null, {
        status: response.status,
        headers: response.headers,
      })
    } catch (error) {
      if (error instanceof SignInError) throw error
      throw new ConnectionError('unavailable', `No answer from ${url.host} while signing in.`, { cause: error })
    } finally {
      stop()
      release()
    }
  }
}

const hasBody = (status: number): boolean => ![101, 204, 205, 304].includes(status)

async function readText({ body }: Response, { host }: URL): Promise<string> {
  const reader = body?.getReader()
  if (reader === undefined) return ''
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let length = 0
  for (;;) {
    const { value } = await reader.read()
    if (value === undefined) return text + decoder.decode()
    length += value.byteLength
    if (length > MAX_BYTES) {
      // Who sends too much is not waited for.
      reader.cancel().catch(() => {})
      throw new SignInError('bad_metadata', `${host} answered with more than ${MAX_BYTES} bytes.`)
    }
    text += decoder.decode(value, { stream: true })
  }
}
