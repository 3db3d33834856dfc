/** What a form would send, were it filled in with a name and all ticked there is to tick, and another button pressed than one. */
function fillIn(form: string, name: string, unpressed: string): URLSearchParams {
  const fields = new URLSearchParams()
  for (const [input] of form.matchAll(/<(?:input|button)\b[^>]*>/g)) {
    const read = (attribute: string): string | undefined =>
      new RegExp(`\\b${attribute}="([^"]*)"`).exec(input)?.[1]?.replaceAll('&amp;', '&')
    const key = read('name')
    if (key === undefined || read('value') === unpressed) continue
    if (read('type') === 'submit' || input.startsWith('<button')) fields.set(key, read('value') ?? '')
    else if (read('type') === 'text') fields.set(key, name)
    else fields.append(key, read('value') ?? 'on')
  }
  return fields
}

/** Most pages on the way from the first to the last. */
const MAX_PAGES = 10

/**
 * Signs in as a person does who has no browser at hand: reads the pages, says a name and agrees, or not. For demonstrations and tests
 * of the same pages that people see.
 */
export function scriptedPerson(name: string, decision: 'approve' | 'deny' = 'approve') {
  const unpressed = decision === 'approve' ? 'deny' : 'approve'
  const cookies = new Map<string, string>()

  const open = async (url: string, form?: URLSearchParams, signal?: AbortSignal): Promise<Response> => {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const response = await fetch(url, {
      method: form === undefined ? 'GET' : 'POST',
      headers: { cookie, ...(form !== undefined && { origin: new URL(url).origin, 'sec-fetch-site': 'same-origin' }) },
      body: form,
      redirect: 'manual',
      signal,
    })
    for (const line of response.headers.getSetCookie()) {
      const [, key = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(key, value)
    }
    return response
  }

  const visit = async (page: URL, accepts: (url: URL) => boolean, signal: AbortSignal): Promise<URL> => {
    let at = page
    let form: URLSearchParams | undefined
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      const response = await open(at.href, form, signal)
      form = undefined
      const location = response.headers.get('location')
      if (location !== null) {
        at = new URL(location, at)
        if (accepts(at)) return at
        continue
      }
      const html = await response.text()
      // What leads on stands last; before it, another account could be chosen.
      const [whole, action] = [...html.matchAll(/<form method="post" action="([^"]+)">[\s\S]*?<\/form>/g)].at(-1) ?? []
      if (whole === undefined || action === undefined)
        throw new Error(`Expected a page with a form, got HTTP ${response.status}: ${html}`)
      form = fillIn(whole, name, unpressed)
      at = new URL(action.replaceAll('&amp;', '&'), at)
    }
    throw new Error(`Did not come back after ${MAX_PAGES} pages.`)
  }

  return { open: async () => ({ redirectUri: 'http://127.0.0.1/callback', visit, close: () => {} }) }
}
