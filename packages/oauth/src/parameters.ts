import { invalidRequest, OAuthError } from './oauth-error.ts'

/** Enough for an assertion with a chain of certificates. */
const MAX_FORM_BYTES = 32_768
const MAX_PARAMETERS = 64

/** Parameters of which each stands for one value. */
export interface Parameters {
  /** `undefined` without a value, and for one that was sent twice. (RFC 6749 section 3.1) */
  readonly get: (name: string) => string | undefined
  readonly all: (name: string) => readonly string[]
  /** The first name that was sent twice. */
  readonly repeated: string | undefined
}

export function readParameters(text: string): Parameters {
  const byName = new Map<string, string[]>()
  let count = 0
  for (const [name, value] of new URLSearchParams(text)) {
    if (++count > MAX_PARAMETERS) throw invalidRequest(`At most ${MAX_PARAMETERS} parameters are read.`)
    if (value === '') continue
    const values = byName.get(name)
    if (values) values.push(value)
    else byName.set(name, [value])
  }
  const all = (name: string): readonly string[] => byName.get(name) ?? []
  const get = (name: string): string | undefined => {
    const values = all(name)
    return values.length === 1 ? values[0] : undefined
  }
  return { all, get, repeated: [...byName].find(([, values]) => values.length > 1)?.[0] }
}

/** The form that a client posted, with every parameter once. */
export async function readForm(request: Request): Promise<Parameters> {
  if (request.method !== 'POST') throw new OAuthError('invalid_request', 'Use POST.', 405, { allow: 'POST' })
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') throw invalidRequest('Send application/x-www-form-urlencoded.')
  const form = readParameters(await readText(request, MAX_FORM_BYTES))
  const { repeated } = form
  if (repeated === 'resource' && new Set(form.all('resource')).size > 1) throw severalResources()
  if (repeated !== undefined) throw invalidRequest('A parameter was sent more than once.')
  return form
}

/** RFC 8707 lets a client name several; a token of this server is for one. */
export const severalResources = (): OAuthError => new OAuthError('invalid_target', 'Ask for one resource at a time.')

/** @throws OAuthError 413 as soon as there is more than `most` bytes, and 400 for what is no UTF-8. */
export async function readText(request: Request, most: number): Promise<string> {
  if (Number(request.headers.get('content-length')) > most) throw tooLarge(most)
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let size = 0
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.byteLength
      if (size > most) throw tooLarge(most)
      text += decoder.decode(chunk, { stream: true })
    }
    return text + decoder.decode()
  } catch (error) {
    if (error instanceof OAuthError) throw error
    throw invalidRequest('The body is not complete UTF-8.')
  }
}

const tooLarge = (most: number): OAuthError =>
  new OAuthError('invalid_request', `The body has at most ${most} bytes.`, 413)
