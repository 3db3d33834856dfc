/** Three focused servers over one library, one more that is all of them, and the one issuer: a Worker, or five with `hawser deploy --split`. */
import process from 'node:process'
import { createOAuth, devLogin } from '@hawser/oauth'
import { durableStore } from '@hawser/oauth/cloudflare'
import { mcp } from 'hawser'
import { suite } from 'hawser/cloudflare'
import { together } from 'hawser/compose'
import { indexPage, landingPage } from 'hawser/landing'
import { catalogue } from './catalogue.ts'
import { desk } from './desk.ts'
import { signIn } from './library.ts'
import { loans } from './loans.ts'

export { OAuthObject } from '@hawser/oauth/cloudflare'
export { IssuerEntrypoint } from 'hawser/cloudflare'
export { LibraryObject } from './library-object.ts'

const { scopes, mounts } = together({ catalogue, loans, desk })
const all = mcp({ name: 'library', version: '0.1.0', title: 'Library', auth: signIn.protect('/mcp'), scopes }).server({
  mounts,
})

export default suite(
  { catalogue, loans, desk, all },
  {
    issuer: signIn,
    createIssuer: (shared) =>
      createOAuth({
        ...shared,
        secret: process.env['OAUTH_SECRET'],
        store: durableStore({ binding: 'OAUTH' }),
        operator: 'Example library',
        // Lets anybody in, and therefore works on one's own machine only.
        login: devLogin(),
        registration: true,
        clientAddress: (request) => request.headers.get('cf-connecting-ip') ?? undefined,
      }),
    bindings: { owner: ['OAUTH_SECRET'] },
    landing: landingPage(),
    index: indexPage({ title: 'Library' }),
  },
)
