/** Bundles as a Worker would be bundled; what is external belongs to the author of the server. */
const bundle = (external, conditions) => (config) => ({
  ...config,
  external,
  conditions,
  format: 'esm',
  target: 'es2024',
  platform: 'neutral',
})

const held = (name, path, limit, external = [], conditions = []) => ({
  name,
  path,
  limit,
  gzip: true,
  modifyEsbuildConfig: bundle(external, conditions),
})

/**
 * What is held today; the budgets are 15 kB for the server and 10 kB for the client, which `npm run bench` reports against, and
 * 90 kB for the notes.
 */
export default [
  held('server with one tool, without its schema library', 'scripts/size/server.ts', '43.7 kB', ['zod']),
  held('the same, for clients of the present revision', 'scripts/size/server-present.ts', '32.2 kB', ['zod']),
  held('a server with its page', 'scripts/size/server-landing.ts', '46.7 kB', ['zod']),
  held('client over HTTP', 'scripts/size/client.ts', '23.3 kB'),
  held('the same, for servers of the present revision', 'scripts/size/client-present.ts', '14 kB'),
  held(
    'authorization server on Durable Objects',
    'scripts/size/oauth-worker.ts',
    '39.5 kB',
    ['cloudflare:*'],
    ['workerd'],
  ),
  held(
    'notes with sign-in on Workers, without their schema library',
    'examples/notes/worker.ts',
    '97.2 kB',
    ['cloudflare:*', 'zod'],
    ['workerd'],
  ),
  held('a host on Workers', 'docs/guide/examples/host.ts', '56.9 kB', ['cloudflare:*'], ['workerd']),
]
