import { describe, expect, it } from 'vitest'
import { mount } from '../compose.ts'
import { mcp } from '../mcp.ts'
import { permissionsOf } from './permissions.ts'

describe('the permissions of a server', () => {
  it('are what each scope is, and what each item takes', () => {
    const app = mcp({
      name: 'n',
      version: '1',
      scopes: { read: 'Read', write: { title: 'Write', risk: 'high', implies: ['read'], live: true, baseline: true } },
    })
    const run = () => 'ran'
    const inner = mcp({ name: 'm', version: '1' }).server({})
    const server = app.server({
      tools: {
        put: app.tool({ description: 'd', effect: 'write', scopes: () => ['write'], mayNeed: ['read', 'write'], run }),
        me: app.tool({ description: 'd', effect: 'read', scopes: 'signedIn', run }),
        free: app.tool({ description: 'd', effect: 'read', run }),
      },
      resources: { r: app.resource({ uri: 'r://{id}', scopes: ['read'], read: run }) },
      prompts: { p: app.prompt({ description: 'd', scopes: 'public', render: run }) },
      mounts: { m: mount(inner, { scopes: ['read'] }) },
    })
    expect(permissionsOf(server)).toEqual({
      scopes: [
        { scope: 'read', title: 'Read', risk: 'medium', implies: [], baseline: false, live: false },
        { scope: 'write', title: 'Write', risk: 'high', implies: ['read'], baseline: true, live: true },
      ],
      items: [
        { kind: 'tool', name: 'put', effect: 'write', needs: ['read', 'write'], chooses: true },
        { kind: 'tool', name: 'me', effect: 'read', needs: 'signedIn', chooses: false },
        { kind: 'tool', name: 'free', effect: 'read', needs: 'public', chooses: false },
        { kind: 'resource', name: 'r://{id}', effect: 'read', needs: ['read'], chooses: false },
        { kind: 'prompt', name: 'p', effect: 'read', needs: 'public', chooses: false },
        { kind: 'mount', name: 'm', effect: undefined, needs: ['read'], chooses: false },
      ],
    })
  })
})
