import type { Core, Route } from '../core.ts'
import type { Ending } from '../consent.ts'
import type { Resumed } from '../login/login.ts'
import { OAuthError } from '../oauth-error.ts'
import { readText } from '../parameters.ts'
import { problemPage } from './page.ts'
import { isSameOrigin } from './same-origin.ts'

const MAX_FORM_BYTES = 16_384

/** What a form of our pages says, with the transaction that its handle and the browser's cookie name together. */
export interface Posted extends Resumed {
  readonly form: URLSearchParams
}

export const isOver = (): Response =>
  problemPage(
    400,
    'This sign-in is over',
    'It took too long, was already answered, or began in another browser. Start again from the application.',
  )

/** The value of a field that comes once; empty for all else. */
export const single = (form: URLSearchParams, name: string): string => {
  const values = form.getAll(name)
  return values.length === 1 ? (values[0] ?? '') : ''
}

/** The fields that a page of this server posted; a page that says what is wrong with all else. */
export async function readOwnForm(request: Request, issuer: string): Promise<URLSearchParams | Response> {
  if (!isSameOrigin(request, issuer)) {
    return problemPage(
      403,
      'This form was not sent by this page',
      'Another website may have tried to answer for you. Nothing was done.',
    )
  }
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') {
    return problemPage(400, 'This form could not be read', 'Go back and try again.')
  }
  try {
    return new URLSearchParams(await readText(request, MAX_FORM_BYTES))
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    return problemPage(error.status, 'This form could not be read', 'Go back and try again.')
  }
}

/** A route for forms of our own pages: posted by a page of this server, in the browser that began the transaction. */
export const postedForm =
  (core: Core & Ending, answer: (request: Request, posted: Posted) => Promise<Response>): Route =>
  async (request) => {
    const form = await readOwnForm(request, core.issuer)
    if (form instanceof Response) return form
    const handle = single(form, 'handle')
    const transaction = await core.resume(request, handle)
    return transaction ? answer(request, { form, handle, transaction }) : isOver()
  }

/** A route for pages that are opened by a link which names a transaction. */
export const resumedPage =
  (core: Core & Ending, answer: (request: Request, resumed: Resumed) => Promise<Response>): Route =>
  async (request) => {
    const handle = single(new URL(request.url).searchParams, 'handle')
    const transaction = await core.resume(request, handle)
    return transaction ? answer(request, { handle, transaction }) : isOver()
  }

/** One path for a page and the form on it. */
export const pageWithForm =
  (page: Route, form: Route): Route =>
  (request) => {
    if (request.method === 'GET') return page(request)
    if (request.method === 'POST') return form(request)
    const response = problemPage(405, 'This page cannot be used like this', 'Open it by its address.')
    response.headers.set('allow', 'GET, POST')
    return response
  }
