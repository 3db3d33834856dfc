import { createOAuth } from '@hawser/oauth'
import { durableStore, publicDocuments } from '@hawser/oauth/cloudflare'
import { optionsOf } from './oauth-options.ts'

export { OAuthObject } from '@hawser/oauth/cloudflare'

/** Where this Worker is, which the bundler puts in. */
declare const ISSUER: string

export default createOAuth(optionsOf(ISSUER, durableStore({ binding: 'OAUTH' }), publicDocuments()))
