import type { Send } from '../http/send.ts'

let load: Promise<Send> | undefined
let loaded: Send | undefined

/** Sends with `node:http`, which is loaded for the first request: servers, most of which never send one, start without it. */
export const send: Send = (url, request) => {
  if (loaded !== undefined) return loaded(url, request)
  load ??= import('./send-by-http.ts').then(({ sendByHttp }) => (loaded = sendByHttp))
  return load.then((first) => first(url, request))
}
