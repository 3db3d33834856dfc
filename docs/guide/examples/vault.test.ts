import { connect } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import server from './vault.ts'

const as = (...scopes: string[]) => connect(server, { as: { subject: 'ada', scopes } })

describe('permissions', () => {
  it('let in who holds them, or what implies them', async () => {
    await using reader = await as('notes:read')
    expect(await reader.tools.search({ word: 'tide' })).toBe('ada has no note about tide.')
    await using writer = await as('notes:write')
    expect(await writer.tools.search({ word: 'tide' })).toBe('ada has no note about tide.')
  })

  it('name what these arguments take', async () => {
    await using writer = await as('notes:write')
    expect(await writer.tools.save({ text: 'x' })).toBe('Saved.')
    await expect(writer.tools.save({ text: 'x', shared: true })).rejects.toMatchObject({
      code: 'forbidden',
      message: 'Permission missing: notes:share.',
      data: { requiredScopes: ['notes:write', 'notes:share'] },
    })
  })

  it('tell strangers where to sign in, without any being there', async () => {
    const response = await server.fetch(new Request('https://notes.example.com/mcp', post()))
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe(
      'Bearer scope="notes:read", resource_metadata="https://notes.example.com/.well-known/oauth-protected-resource/mcp"',
    )
    const description = await server.fetch(
      new Request('https://notes.example.com/.well-known/oauth-protected-resource/mcp'),
    )
    expect(await description.json()).toMatchObject({
      resource: 'https://notes.example.com/mcp',
      authorization_servers: ['https://login.example.com'],
    })
  })
})

const post = (): RequestInit => ({
  method: 'POST',
  headers: { accept: 'application/json, text/event-stream', 'content-type': 'application/json' },
  body: '{}',
})
