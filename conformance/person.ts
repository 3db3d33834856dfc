/** Opens an authorization URL as a browser does, allows what is asked, and goes where that leads. */
export async function allow(url: string): Promise<void> {
  const cookies = new Map<string, string>()
  const visit = async (target: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers)
    headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await fetch(target, { ...init, headers, redirect: 'manual' })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    return location === null ? response : visit(new URL(location, target).href)
  }

  const page = await visit(url)
  const html = await page.text()
  const [, action = ''] = /<form method="post" action="([^"]*\/consent)">/.exec(html) ?? []
  const [, handle] = /name="handle" value="([\w-]+)"/.exec(html) ?? []
  if (!page.ok || handle === undefined) throw new Error(`${page.status} and no form to answer: ${html}`)
  const scopes = [...html.matchAll(/name="scope" value="([^"]+)"/g)].map(([, scope = '']) => ['scope', scope])
  const body = new URLSearchParams([['handle', handle], ['decision', 'approve'], ...scopes])
  const answered = await visit(new URL(action, url).href, {
    method: 'POST',
    body,
    headers: { origin: new URL(url).origin, 'sec-fetch-site': 'same-origin' },
  })
  if (!answered.ok) throw new Error(`${answered.status}: ${await answered.text()}`)
}
