import type { OAuthOptions } from '@hawser/oauth'

export const CLIENT_ID = 'conformance'

/** An authorization server of one resource, where everybody is Ada. */
export const optionsOf = (
  issuer: string,
  store: OAuthOptions['store'],
  fetch: NonNullable<OAuthOptions['clientDocuments']>['fetch'],
): OAuthOptions => ({
  issuer,
  store,
  secret: 'what this suite signs in with is worth nothing',
  resources: [
    {
      resource: 'https://notes.example.com/mcp',
      title: 'Notes',
      scopes: { 'notes:read': { title: 'Read your notes', baseline: true } },
    },
  ],
  clients: [{ clientId: CLIENT_ID, name: 'Conformance', redirectUris: ['http://127.0.0.1/callback'] }],
  clientDocuments: { fetch },
  login: () => ({ userId: 'ada' }),
})
