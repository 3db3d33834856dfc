import type { Command } from './command.ts'

interface Entry {
  readonly summary: string
  readonly load: () => Promise<Command>
}

/** Every command, loaded when it is wanted. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  run: { summary: 'Serve a file over stdio or HTTP', load: async () => (await import('./run.ts')).run },
  dev: { summary: 'Run a server while you write it', load: async () => (await import('./dev.ts')).dev },
  deploy: { summary: 'Check, deploy and prove a Worker', load: async () => (await import('./deploy.ts')).deploy },
  list: { summary: 'Show what a server offers', load: async () => (await import('./list.ts')).list },
  call: { summary: 'Call a tool', load: async () => (await import('./call.ts')).call },
  read: { summary: 'Read a resource', load: async () => (await import('./read.ts')).read },
  prompt: { summary: 'Render a prompt', load: async () => (await import('./prompt.ts')).prompt },
  login: { summary: 'Sign in at a server', load: async () => (await import('./login.ts')).login },
  logout: { summary: 'Sign out', load: async () => (await import('./logout.ts')).logout },
  whoami: { summary: 'Show who is signed in', load: async () => (await import('./whoami.ts')).whoami },
  bridge: { summary: 'Serve a URL over stdio', load: async () => (await import('./bridge.ts')).bridge },
  types: { summary: 'Write types for a server', load: async () => (await import('./types.ts')).types },
  install: { summary: 'Put a server into a host', load: async () => (await import('./install.ts')).install },
  publish: {
    summary: 'Write server.json, bundle and README',
    load: async () => (await import('./publish.ts')).publish,
  },
  audit: { summary: 'Read an audit log', load: async () => (await import('./audit.ts')).audit },
  scopes: { summary: 'Show or check permissions', load: async () => (await import('./scopes.ts')).scopes },
  doctor: {
    summary: 'Find out why clients cannot use a server',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  replay: { summary: 'Serve a recorded trace', load: async () => (await import('./replay.ts')).replay },
}
