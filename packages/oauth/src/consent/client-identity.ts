import type { Client } from '../client.ts'
import { displayName } from './display-text.ts'
import type { Operator } from './page.ts'

type Identified = Pick<Client, 'kind' | 'id' | 'name'>

/** What is known about who the client is. The host of a document is proven by TLS, a name by nobody. */
export const identityOf = (
  { kind, id }: Identified,
  operator: Operator,
): { readonly shown: string; readonly proof: string } => {
  switch (kind) {
    case 'registered':
      return {
        shown: `Known to ${operator.name ?? operator.host}`,
        proof: 'The operator of this sign-in registered it.',
      }
    case 'document':
      return { shown: new URL(id).host, proof: 'This website vouches for the application; its address was verified.' }
    case 'dynamic':
      return { shown: 'Not verified', proof: 'The application registered itself. Anybody can choose its name.' }
  }
}

/** A client by a name that a page can show. */
export const nameOf = ({ kind, id, name }: Identified): string =>
  displayName(name) ?? (kind === 'document' ? new URL(id).host : 'An application without a name')
