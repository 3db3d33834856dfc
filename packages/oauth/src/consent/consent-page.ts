import type { Client } from '../client.ts'
import type { Resource, ScopeDescription } from '../resources.ts'
import type { User } from '../transaction.ts'
import { identityOf, nameOf } from './client-identity.ts'
import { escapeHtml, plainText } from './display-text.ts'
import { pageResponse, placeLine, type Operator } from './page.ts'
import { redirectTarget, type RedirectTarget } from './redirect-target.ts'
import { riskTag } from './risk-tag.ts'

export interface Question {
  readonly handle: string
  readonly client: Client
  readonly redirectUri: string
  readonly resource: Resource
  readonly scopes: readonly string[]
  /** Scopes that the person allowed this client before. */
  readonly before: readonly string[]
  /** Who answers; `undefined` when the person signs in after this page. */
  readonly user: User | undefined
  /** Where the person signs in after this page. */
  readonly provider: { readonly name: string; readonly origin: string } | undefined
  /** Whether another account can be chosen here. */
  readonly canSwitch: boolean
  readonly operator: Operator
  /** Days that the client may go on without asking again; `undefined` when it gets no refresh token. */
  readonly lastingDays: number | undefined
  /** Where the forms go, on this server. */
  readonly paths: { readonly decide: string; readonly switch: string; readonly grants: string }
}

const e = escapeHtml

const receiver: Readonly<Record<RedirectTarget['kind'], string>> = {
  web: 'This website receives the permission.',
  loopback: 'On this computer.',
  app: 'Links of this kind, on this device.',
}

const warning = ({ kind }: RedirectTarget): string => {
  if (kind === 'web') return ''
  const where = kind === 'loopback' ? 'an application on this computer' : 'an application on this device'
  return `<div class="warn" role="note"><b>The permission goes to ${where}.</b> Continue only if you just started it yourself. If a message or a website sent you here, choose “Don’t allow”.</div>`
}

const tags = (description: ScopeDescription, state: 'new' | 'before' | undefined): string =>
  [
    riskTag(description),
    state === 'new' && '<span class="tag new">New</span>',
    state === 'before' && '<span class="tag">Already allowed</span>',
  ]
    .filter(Boolean)
    .join('')

const TICK =
  '<svg class="fixed" viewBox="0 0 18 18" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2"><path d="m3.5 9.5 3.5 3.5 7.5-8"/></svg>'

const scopeItem = (scope: string, index: number, question: Question): string => {
  const description = question.resource.scopes.get(scope) ?? { title: scope }
  const state = question.before.length === 0 ? undefined : question.before.includes(scope) ? 'before' : 'new'
  const title = e(plainText(description.title, 200))
  const id = `scope-${index}`
  const detail = `<span id="${id}-detail"><code>${e(scope)}</code>${tags(description, state)}`
  if (description.baseline) {
    return `<li>${TICK}<div><span class="label">${title}</span>${detail}<span class="tag">Always included</span></span></div></li>`
  }
  return `<li><input type="checkbox" id="${id}" name="scope" value="${e(scope)}" aria-describedby="${id}-detail" checked><div><label for="${id}">${title}</label>${detail}</span></div></li>`
}

const account = ({ user, provider, canSwitch, handle, paths }: Question): string => {
  if (!user) {
    return provider
      ? `<div class="account"><p>You sign in with <b>${e(plainText(provider.name, 60))}</b> after this page.</p></div>`
      : ''
  }
  const name = plainText(user.displayName ?? user.userId, 120)
  const other = canSwitch
    ? `<form method="post" action="${e(paths.switch)}"><input type="hidden" name="handle" value="${e(handle)}"><button class="link">Use another account</button></form>`
    : ''
  const tenant = user.tenant ? ` <span class="soft">in ${e(plainText(user.tenant, 60))}</span>` : ''
  return `<div class="account"><p><span class="soft">Signed in as</span> <b>${e(name)}</b>${tenant}</p>${other}</div>`
}

const MINUTE = 60_000

const lasting = ({ lastingDays, resource }: Question): string =>
  lastingDays === undefined
    ? `The permission ends after ${Math.ceil(resource.tokenLifetime / MINUTE)} minutes; the application then has to ask again.`
    : `The application can use this permission while you are away, for ${lastingDays} days at most.`

/**
 * The page that asks: who wants what, for whom, and where the answer goes. Plain HTML with one form, so that it works
 * without scripts and by keyboard; “Don’t allow” comes first, so that Enter in the form allows nothing.
 */
export function consentPage(question: Question): Response {
  const { client, resource, operator, handle, scopes, paths } = question
  const target = redirectTarget(question.redirectUri)
  const name = nameOf(client)
  const who = identityOf(client, operator)
  const heading = `Allow ${name} to use ${plainText(resource.title, 60)}?`
  const main = `${placeLine(operator)}
<h1>${e(heading)}</h1>
${account(question)}
<dl>
<dt>Identity</dt><dd><b${client.kind === 'dynamic' ? ' class="unproven"' : ''}>${e(who.shown)}</b><span class="soft">${e(who.proof)}</span></dd>
<dt>Sent to</dt><dd><b>${e(target.shown)}</b><span class="soft">${receiver[target.kind]}</span></dd>
<dt>For</dt><dd><b>${e(plainText(resource.title, 60))}</b><span class="soft">${e(resource.resource)}</span></dd>
</dl>
${warning(target)}
<form method="post" action="${e(paths.decide)}">
<input type="hidden" name="handle" value="${e(handle)}">
<fieldset>
<legend>It will be able to</legend>
<ul>
${scopes.map((scope, index) => scopeItem(scope, index, question)).join('\n')}
</ul>
</fieldset>
<p class="soft after">${lasting(question)} You can take it back at any time under <a href="${e(paths.grants)}" target="_blank" rel="noreferrer">What you allowed</a>.</p>
<div class="actions">
<button name="decision" value="deny">Don’t allow</button>
<button name="decision" value="approve">Allow</button>
</div>
</form>`
  return pageResponse({
    title: `${heading} – ${operator.host}`,
    main,
    // Browsers hold every redirect that follows a form against the policy; a client's own page may lead on to another.
    formTargets: [
      'https:',
      ...(target.kind === 'web' ? [] : [target.formTarget]),
      ...(question.provider?.origin.startsWith('http:') ? [question.provider.origin] : []),
    ],
  })
}
