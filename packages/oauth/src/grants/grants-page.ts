import { identityOf, nameOf } from '../consent/client-identity.ts'
import { escapeHtml, plainText } from '../consent/display-text.ts'
import { pageResponse, placeLine, type Operator } from '../consent/page.ts'
import { riskTag } from '../consent/risk-tag.ts'
import type { Resource, Resources } from '../resources.ts'
import type { User } from '../transaction.ts'
import type { Allowed } from './allowed.ts'

/** What the page shows. */
export interface Shown {
  readonly operator: Operator
  readonly user: User
  readonly allowed: readonly Allowed[]
  readonly resources: Resources
  /** Binds the forms to this browser and this person. */
  readonly token: string
  /** Where the forms go, on this server. */
  readonly path: string
  /** From 1. */
  readonly page: number
  readonly pages: number
  /** Whether there are more grants than were read. */
  readonly isCut: boolean
  readonly canSignOut: boolean
  /** What came of the form before. */
  readonly notice: string | undefined
}

const e = escapeHtml

const MINUTE = 60_000

const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' })
const TIME = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })

const written = (at: number, words: string): string => `<time datetime="${new Date(at).toISOString()}">${words}</time>`
/** In UTC, for a page without scripts does not know where it is read. */
const minute = (at: number): string => written(at, `${TIME.format(at)} UTC`)
const day = (at: number): string => written(at, DATE.format(at))

const hidden = (name: string, value: string): string => `<input type="hidden" name="${name}" value="${e(value)}">`

const scopeItem = (scope: string, resource: Resource | undefined): string => {
  const description = resource?.scopes.get(scope) ?? { title: scope }
  return `<li class="plain"><span class="label">${e(plainText(description.title, 200))}</span><span><code>${e(scope)}</code>${riskTag(description)}</span></li>`
}

const section = (one: Allowed, index: number, { operator, resources, token, path }: Shown): string => {
  const name = nameOf(one.client)
  const who = identityOf(one.client, operator)
  const resource = resources.find(one.resource)
  const title = plainText(resource?.title ?? one.resource, 60)
  const id = `app-${index}`
  return `<section class="grant" aria-labelledby="${id}">
<h2 id="${id}">${e(name)}</h2>
<dl>
<dt>Identity</dt><dd><b${one.client.kind === 'dynamic' ? ' class="unproven"' : ''}>${e(who.shown)}</b><span class="soft">${e(who.proof)}</span></dd>
<dt>For</dt><dd><b>${e(title)}</b><span class="soft">${e(one.resource)}</span></dd>
<dt>Allowed</dt><dd>${minute(one.since)}</dd>
${one.lastUsed > one.since ? `<dt>Last used</dt><dd>${minute(one.lastUsed)}</dd>` : ''}
<dt>Ends</dt><dd>${day(one.expiresAt)}</dd>
</dl>
<h3>It is able to</h3>
<ul>
${one.scopes.map((scope) => scopeItem(scope, resource)).join('\n')}
</ul>
<form method="post" action="${e(path)}">
${hidden('token', token)}${hidden('grant', one.grantId)}
<button class="button" name="do" value="take-back" aria-label="${e(`Take back from ${name} for ${title}`)}">Take back</button>
</form>
</section>`
}

const account = ({ user, canSignOut, token, path }: Shown): string => {
  const tenant = user.tenant ? ` <span class="soft">in ${e(plainText(user.tenant, 60))}</span>` : ''
  const out = canSignOut
    ? `<form method="post" action="${e(path)}">${hidden('token', token)}<button class="link" name="do" value="sign-out">Sign out</button></form>`
    : ''
  const name = plainText(user.displayName ?? user.userId, 120)
  return `<div class="account"><p><span class="soft">Signed in as</span> <b>${e(name)}</b>${tenant}</p>${out}</div>`
}

const navigation = ({ page, pages, path }: Shown): string => {
  if (pages <= 1) return ''
  const link = (to: number, words: string): string =>
    to < 1 || to > pages ? '' : `<a href="${e(`${path}?page=${to}`)}">${words}</a>`
  return `<nav aria-label="Pages">${link(page - 1, 'Used later')}<span class="soft">Page ${page} of ${pages}</span>${link(page + 1, 'Used earlier')}</nav>`
}

/** How long a token that is out can still be used. */
const outlives = ({ resources }: Shown): string => {
  const minutes = Math.ceil(Math.max(...resources.all.map(({ tokenLifetime }) => tokenLifetime)) / MINUTE)
  return `What you take back ends within ${minutes} minutes at most. The application can ask you again.`
}

/** What a person allowed: one section for each application and resource, each with a button that takes it back. */
export function grantsPage(shown: Shown): Response {
  const { operator, allowed, notice, isCut } = shown
  const main = `${placeLine(operator)}
<h1>What you allowed</h1>
${account(shown)}
${notice === undefined ? '' : `<p class="notice" role="status">${e(notice)}</p>`}
${allowed.length === 0 ? '<p class="after">No application may do anything for you here.</p>' : `<p class="soft after">${outlives(shown)}</p>`}
${allowed.map((one, index) => section(one, index, shown)).join('\n')}
${isCut ? '<p class="soft after">There is more than this page can show. Take back what you do not need, and the rest appears.</p>' : ''}
${navigation(shown)}`
  return pageResponse({ title: `What you allowed – ${operator.host}`, main })
}
