/** Bundles as a Worker would be bundled; what is external belongs to the author of the server. */
const bundle = (external) => (config) => ({ ...config, external, format: 'esm', target: 'es2024', platform: 'neutral' })

/** What is held today; the budgets, which `npm run bench` reports against, are 15 kB for the server and 10 kB for the client. */
export default [
  {
    name: 'server with one tool, without its schema library',
    path: 'scripts/size/server.ts',
    limit: '34 kB',
    gzip: true,
    modifyEsbuildConfig: bundle(['zod']),
  },
  {
    name: 'client over HTTP',
    path: 'scripts/size/client.ts',
    limit: '12 kB',
    gzip: true,
    modifyEsbuildConfig: bundle([]),
  },
]
