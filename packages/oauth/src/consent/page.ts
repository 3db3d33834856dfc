import { escapeHtml, plainText } from './display-text.ts'
import { STYLE } from './style.ts'

export interface Page {
  readonly title: string
  /** Markup; whatever comes from outside was escaped by whoever made it. */
  readonly main: string
  readonly status?: number
  /** Where forms of the page may lead, through redirects too, besides this server; sources of a policy. */
  readonly formTargets?: readonly string[]
  readonly language?: string
}

/**
 * Headers of every page that a person sees: it runs nothing, loads nothing, cannot be framed or stored, and tells nobody
 * which address it had. Nothing cuts it off from its opener, since clients in browsers sign in with a pop-up.
 */
const headersFor = (nonce: string, formTargets: readonly string[]): Record<string, string> => ({
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    `form-action ${["'self'", ...formTargets].join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
})

/** An answer for a person: one `main`, one heading, no script. */
export function pageResponse({ title, main, status = 200, formTargets = [], language = 'en' }: Page): Response {
  const nonce = crypto.randomUUID().replaceAll('-', '')
  const html = `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`
  return new Response(html, { status, headers: headersFor(nonce, formTargets) })
}

/** Who runs this server, in its own words, and its host. */
export interface Operator {
  readonly name: string | undefined
  readonly host: string
}

const KEY =
  '<svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.75"><circle cx="8" cy="12" r="3.5"/><path d="M11.5 12H21m-3 0v3.5M14.5 12v2.5"/></svg>'

/** Where the person is: the first line of every page. */
export const placeLine = ({ name, host }: Operator): string =>
  `<p class="place">${KEY}<b>${escapeHtml(plainText(name ?? 'Sign in', 60))}</b><span>${escapeHtml(host)}</span></p>`

/** Says that something did not work, in constant words; nothing of the request is on it, and it leads nowhere by itself. */
export function problemPage(status: number, heading: string, advice: string, link?: string): Response {
  const onward =
    link === undefined
      ? ''
      : `\n<p><a rel="noreferrer" href="${escapeHtml(link)}">Go back to ${escapeHtml(new URL(link).host)}</a></p>`
  return pageResponse({
    status,
    title: heading,
    main: `<h1>${escapeHtml(heading)}</h1>\n<p class="soft">${escapeHtml(advice)}</p>${onward}`,
  })
}
