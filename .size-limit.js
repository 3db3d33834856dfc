/** Bundles as a Worker would be bundled; what is external belongs to the author of the server. */
const bundle = (external) => (config) => ({ ...config, external, format: 'esm', target: 'es2024', platform: 'neutral' })

export default [
  {
    name: 'server with one tool, without its schema library',
    path: 'scripts/size/server.ts',
    limit: '15 kB',
    gzip: true,
    modifyEsbuildConfig: bundle(['zod']),
  },
  {
    name: 'client over HTTP',
    path: 'scripts/size/client.ts',
    limit: '10 kB',
    gzip: true,
    modifyEsbuildConfig: bundle([]),
  },
]
