/** Bundles as a Worker would be bundled; what is external belongs to the author of the server. */
const bundle = (external) => (config) => ({ ...config, external, format: 'esm', target: 'es2024', platform: 'neutral' })

const held = (name, path, limit, external = []) => ({
  name,
  path,
  limit,
  gzip: true,
  modifyEsbuildConfig: bundle(external),
})

/** What is held today; the budgets, which `npm run bench` reports against, are 15 kB for the server and 10 kB for the client. */
export default [
  held('server with one tool, without its schema library', 'scripts/size/server.ts', '42.4 kB', ['zod']),
  held('the same, for clients of the present revision', 'scripts/size/server-present.ts', '31.2 kB', ['zod']),
  held('client over HTTP', 'scripts/size/client.ts', '23.2 kB'),
  held('the same, for servers of the present revision', 'scripts/size/client-present.ts', '14 kB'),
]
