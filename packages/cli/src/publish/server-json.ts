import type { Product } from './product.ts'

/** The version of the format that this writes. (github.com/modelcontextprotocol/registry, docs/reference/server-json) */
const SERVER_SCHEMA = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json'

/** A bundle that is to be downloaded. */
export interface Download {
  readonly url: string
  readonly sha256: string
}

/** What the MCP registry knows of a server. */
export function toServerJson(product: Product, download: Download | undefined): object {
  const { registryName, name, title, version, description, websiteUrl, url, npm, env, package: pack } = product
  const { repository } = pack
  const source = repository === undefined ? undefined : new URL(repository).hostname.replace(/\.(?:com|org)$/, '')
  const environmentVariables = env.map((variable) => ({ name: variable, isRequired: true, isSecret: true }))
  const local = { transport: { type: 'stdio' }, ...(env.length > 0 && { environmentVariables }) }
  const packages = [
    ...(npm === undefined
      ? []
      : [{ registryType: 'npm', identifier: npm.name, version: npm.version, runtimeHint: 'npx', ...local }]),
    ...(download === undefined
      ? []
      : [{ registryType: 'mcpb', identifier: download.url, fileSha256: download.sha256, ...local }]),
  ]
  return {
    $schema: SERVER_SCHEMA,
    name: registryName,
    description,
    ...(title !== name && { title: title.slice(0, 100) }),
    version,
    ...(websiteUrl !== undefined && { websiteUrl }),
    ...(repository !== undefined && { repository: { url: repository, source } }),
    ...(packages.length > 0 && { packages }),
    ...(url !== undefined && { remotes: [{ type: 'streamable-http', url }] }),
  }
}
