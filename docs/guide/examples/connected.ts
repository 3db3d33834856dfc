import process from 'node:process'
import { fail, mcp } from 'hawser'
import { sqliteVault } from 'hawser/node/sqlite'
import { createVault } from 'hawser/vault'

const accounts = createVault({
  store: sqliteVault(process.env['VAULT_FILE'] ?? 'vault.db'),
  secret: process.env['VAULT_KEY'] ?? '', // openssl rand -base64 48
  services: {
    github: {
      renew: async ({ refreshToken }, signal) => {
        const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken ?? '' })
        const answer = await fetch('https://github.example.com/token', { method: 'POST', body, signal })
        if (answer.status === 400) return undefined // taken back: it is removed here, too
        if (!answer.ok) throw new Error(`The token endpoint answered ${answer.status}.`)
        const given = (await answer.json()) as { access_token: string; refresh_token?: string; expires_in: number }
        return {
          accessToken: given.access_token,
          refreshToken: given.refresh_token,
          expiresAt: Date.now() + given.expires_in * 1000,
        }
      },
    },
  },
})

const issues = mcp({
  name: 'issues',
  version: '1.0.0',
  context: ({ principal }) => ({ vault: accounts.of(principal) }),
})

const count = issues.tool({
  description: 'Count your open issues.',
  effect: 'read',
  run: async (_, { vault, signal }) => {
    const github = await vault.get('github')
    if (github === undefined) throw fail('Connect your account first: https://issues.example.com/connect')
    const headers = { authorization: `Bearer ${github.accessToken}` }
    const answer = await fetch('https://github.example.com/issues/count', { headers, signal })
    return answer.text()
  },
})

export { accounts }
export default issues.server({ tools: { count } })
