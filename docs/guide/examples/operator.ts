import type { OAuth } from '@hawser/oauth'

/** What applications may do for somebody, and the end of one of them. */
export async function takeBack(oauth: OAuth, subject: string, clientId: string): Promise<number> {
  for (const { clientId: id, resource, scopes } of await oauth.grants.list({ subject, kind: 'user' })) {
    console.log(id, resource, scopes.join(' '))
  }
  return oauth.grants.revoke({ subject, clientId })
}
