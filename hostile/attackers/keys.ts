import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { answerQuestions } from '../answer-questions.ts'
import { json } from './answers.ts'
import type { Scene } from './attack.ts'
import { type KeyAttack, keyAttacks } from './key-attacks.ts'

/** An authorization server as servers see it that rely on it. The first argument says what it does that it should not. */
const known: Readonly<Record<string, KeyAttack>> = { nothing: {}, ...keyAttacks }
const named = known[process.argv[2] ?? 'nothing']
if (named === undefined) throw new Error(`There is no attack ${process.argv[2]}.`)
let attack = named

/** What an issuer was asked, and by whose authority. */
export interface Question {
  readonly to: 'issuer' | 'inside'
  readonly path: string
  readonly authorization: string
}

const questions: Question[] = []
const { privateKey, publicKey } = await generateKeyPair('ES256')
const real = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }
const verdicts = new Map<string, object>()

const write = (to: Question['to'], { url = '', headers }: IncomingMessage): void =>
  void (questions.length < 1000 && questions.push({ to, path: url, authorization: headers.authorization ?? '' }))

async function answer(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
  write('issuer', request)
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += String(chunk)
  const fields = new URLSearchParams(body)
  const path = request.url ?? ''
  const say = attack.at?.[path]
  if (say !== undefined) return say(response, { count: 1, fields, scene })
  switch (path) {
    case '/.well-known/oauth-authorization-server':
      return json(response, {
        issuer,
        jwks_uri: `${issuer}/jwks`,
        introspection_endpoint: `${issuer}/introspect`,
        ...attack.metadata?.(issuer),
      })
    case '/jwks':
      return json(response, attack.keys?.(real, countOf('/jwks')) ?? { keys: [real] })
    case '/introspect': {
      const verdict = verdicts.get(fields.get('token') ?? '') ?? { active: false }
      return json(response, attack.verdict?.(verdict) ?? verdict)
    }
    default:
      return json(response, {}, 404)
  }
}

const countOf = (path: string): number => questions.filter((question) => question.path === path).length

const host = createServer((request, response) => {
  response.on('error', () => {})
  void answer(request, response).catch(() => {})
})
const inside = createServer((request, response) => {
  write('inside', request)
  json(response, { keys: [real], active: true })
})
const open = async (server: typeof host): Promise<string> => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
const issuer = await open(host)
const scene: Scene = { server: '', issuer, honest: '', inside: await open(inside) }

let last = 0
const claims = (more: JWTPayload): JWTPayload => {
  const now = Math.floor(Date.now() / 1000)
  return { iss: issuer, aud: 'https://notes.example.com/mcp', sub: 'ada', scope: '', iat: now, exp: now + 600, ...more }
}

answerQuestions(issuer, {
  questions: () => questions,
  /** A token as it should be, but for what a test says. */
  sign: ({ header, claims: more = {} }: { readonly header?: object; readonly claims?: JWTPayload }) =>
    new SignJWT(claims(more))
      .setProtectedHeader({ alg: 'ES256', kid: 'one', typ: 'at+jwt', ...header })
      .sign(privateKey),
  /** A token that says nothing by itself. */
  hand: () => {
    const token = `canary-access-${++last}`
    verdicts.set(token, { active: true, ...claims({}) })
    return token
  },
  /** Means no harm from now on. */
  behave: () => void (attack = {}),
  real: () => real,
})
