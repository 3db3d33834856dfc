import type { Answer } from 'dns-packet'
import {
  compressed,
  cut,
  dripping,
  endless,
  fail,
  html,
  json,
  longHead,
  megabytes,
  nested,
  redirect,
  reset,
  silent,
} from './answers.ts'
import { INSTRUCTIONS, type Say } from './attack.ts'

/** A host that names clients, by the first label of its name. */
export interface DocumentAttack {
  /** What its name leads to, the so-many-th time; the host itself when left out. */
  readonly addresses?: (count: number, name: string) => readonly Answer[] | 'silence' | 'failure' | 'garbage'
  /** Over what a document says that means no harm. */
  readonly document?: (id: string, count: number) => object
  /** In place of the document. */
  readonly say?: Say
}

/** Where documents may come from, and what lies beside it. */
export const HOST = '127.0.0.1'
export const INSIDE = '127.0.0.2'

/** Addresses of a name, of both kinds. */
export const records = (name: string, addresses: readonly string[]): readonly Answer[] =>
  addresses.map((data) => ({ type: data.includes(':') ? 'AAAA' : 'A', name, data, ttl: 0 }))

const alias = (name: string, data: string): Answer => ({ type: 'CNAME', name, data, ttl: 0 })

const leads = (...addresses: readonly string[]): DocumentAttack => ({
  addresses: (_, name) => records(name, addresses),
})
const says = (more: object): DocumentAttack => ({ document: () => ({ client_name: 'canary-words', ...more }) })
const raw = (text: string | Buffer): DocumentAttack => ({
  say: (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(text),
})
const answers = (say: Say): DocumentAttack => ({ say })

const INSIDE_NAME = 'inside.client.example'

/** Names that lead where nobody may be asked. */
export const leading: Readonly<Record<string, DocumentAttack>> = {
  'to-loopback': leads(INSIDE),
  'to-nothing': leads('0.0.0.0'),
  'to-private-10': leads('10.0.0.1'),
  'to-private-172': leads('172.16.0.1'),
  'to-private-192': leads('192.168.0.1'),
  'to-the-carrier': leads('100.64.0.1'),
  'to-the-link': leads('169.254.169.254'),
  'to-everybody': leads('255.255.255.255'),
  'to-loopback-6': leads('::1'),
  'to-nothing-6': leads('::'),
  'to-the-link-6': leads('fe80::1'),
  'to-private-6': leads('fd00:ec2::254'),
  'to-a-mapped-address': leads('::ffff:169.254.169.254'),
  'to-a-compatible-address': leads('::127.0.0.1'),
  'to-a-translated-address': leads('64:ff9b::a9fe:a9fe'),
  'to-a-tunnel': leads('2002:7f00:1::'),
  'to-teredo': leads('2001:0:7f00:1::'),
  'to-both': leads(HOST, INSIDE),
  'to-both-kinds': leads(HOST, '::1'),
  'to-many': leads(...Array.from({ length: 30 }, () => HOST), INSIDE),
  'by-an-alias': { addresses: (_, name) => [alias(name, INSIDE_NAME), ...records(INSIDE_NAME, [INSIDE])] },
}

/** Names that lead nowhere. */
export const nowhere: Readonly<Record<string, DocumentAttack>> = {
  'no-address': { addresses: () => [] },
  'in-a-circle': { addresses: (_, name) => [alias(name, name)] },
  unwell: { addresses: () => 'failure' },
  garbage: { addresses: () => 'garbage' },
  'no-answer': { addresses: () => 'silence' },
}

/** Answers that are too much, too slow or broken off. */
export const slow: Readonly<Record<string, DocumentAttack>> = {
  'never-ends': answers(endless),
  'fifty-megabytes': answers(megabytes),
  'one-byte-more': answers((response) => json(response, { x: 'x'.repeat(5120 - 7) })),
  compressed: answers(compressed),
  reset: answers(reset),
  cut: answers(cut),
  silent: answers(silent),
  dripping: answers(dripping),
  'long-head': answers(longHead),
  'status-500': answers(fail(500)),
  'status-429': answers(fail(429)),
}

/** Answers that are no document. */
export const wrong: Readonly<Record<string, DocumentAttack>> = {
  'moved-inside': answers(redirect(() => `https://${INSIDE_NAME}/client.json`, 301)),
  'moved-to-the-link': answers(redirect(() => 'http://169.254.169.254/latest/meta-data/', 302)),
  'moved-to-itself': answers(redirect(() => '/client.json', 308)),
  page: answers(html),
  'status-404': answers(fail(404)),
  'status-204': answers(fail(204)),
  'plain-text': {
    say: (response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('{"client_name":"canary-words"}'),
  },
}

/** Documents that describe nobody. */
export const documents: Readonly<Record<string, DocumentAttack>> = {
  'other-id': { document: (id) => ({ client_id: `${id}?` }) },
  'other-port': { document: (id) => ({ client_id: id.replace(/:\d+/, '') }) },
  'other-case': { document: (id) => ({ client_id: id.toUpperCase() }) },
  'no-id': { document: () => ({ client_id: undefined }) },
  'id-in-a-list': { document: (id) => ({ client_id: [id] }) },
  'no-name': says({ client_name: undefined }),
  'no-redirects': says({ redirect_uris: [] }),
  'script-redirect': says({ redirect_uris: ['javascript:alert(1)//canary-words'] }),
  'plain-redirect': says({ redirect_uris: ['http://evil.example/cb'] }),
  secret: says({ client_secret: 'canary-secret' }),
  'secret-method': says({ token_endpoint_auth_method: 'client_secret_basic' }),
  'private-key': says({
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', d: 'canary-secret' }] },
  }),
  'symmetric-key': says({
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [{ kty: 'oct', k: 'canary-secret' }] },
  }),
  'keys-inside': says({
    token_endpoint_auth_method: 'private_key_jwt',
    jwks_uri: `https://to-loopback.client.example/jwks`,
  }),
  'keys-in-a-file': says({ token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'file:///etc/passwd' }),
  list: raw('[]'),
  nothing: raw('null'),
  empty: raw(''),
  'not-utf-8': raw(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])),
  'twice-a-member': {
    document: () => ({}),
    say: (response, { fields }) => {
      const id = JSON.stringify(fields.get('id'))
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(
          `{"client_id":${id},"client_id":${id},"client_name":"canary-words","redirect_uris":["https://twice-a-member.client.example/cb"]}`,
        )
    },
  },
  prototype: raw('{"__proto__":{"client_id":"x","client_name":"canary-words","redirect_uris":[]}}'),
  nested: answers(nested),
}

/** Clients that are known, and try something all the same. */
const known: Readonly<Record<string, DocumentAttack>> = {
  good: {},
  rebinds: { addresses: (count, name) => records(name, [count === 1 ? HOST : INSIDE]) },
  changes: {
    document: (_, count) =>
      count === 1 ? {} : { redirect_uris: ['https://evil.example/cb', 'https://changes.client.example/cb'] },
  },
  instructs: {
    document: () => ({
      client_name: `\u202E${INSTRUCTIONS.replace('canary-words', '')}\u001B[2J${'x'.repeat(1000)}`,
      logo_uri: 'https://to-loopback.client.example/logo.png',
    }),
  },
}

export const documentAttacks: Readonly<Record<string, DocumentAttack>> = {
  ...leading,
  ...nowhere,
  ...slow,
  ...wrong,
  ...documents,
  ...known,
}
