import { EXIT } from '../exit-code.ts'
import { Failure } from '../failure.ts'
import type { Product } from './product.ts'

/** Where the code is in a bundle. */
export const ENTRY_POINT = 'server/index.mjs'

/** The manifest of a bundle, version 0.3. (github.com/modelcontextprotocol/mcpb, MANIFEST.md) @throws Failure when nobody is its author. */
export function toManifest(product: Product, nodeRange: string): object {
  const { name, title, version, description, websiteUrl, env, shown, hasMore, package: pack } = product
  if (pack.author === undefined)
    throw new Failure(EXIT.definition, 'A bundle names its author.', ['Put "author" into package.json.'])
  const settings = env.map((variable) => [
    variable,
    { type: 'string', title: variable, description: `The value of ${variable}`, sensitive: true, required: true },
  ])
  return {
    manifest_version: '0.3',
    name: name.replace(/[^\w.-]+/g, '-'),
    ...(title !== name && { display_name: title }),
    version,
    description,
    author: pack.author,
    ...(pack.repository !== undefined && { repository: { type: 'git', url: pack.repository } }),
    ...(websiteUrl !== undefined && { homepage: websiteUrl }),
    server: {
      type: 'node',
      entry_point: ENTRY_POINT,
      mcp_config: {
        command: 'node',
        args: [`\${__dirname}/${ENTRY_POINT}`],
        ...(env.length > 0 && { env: Object.fromEntries(env.map((each) => [each, `\${user_config.${each}}`])) }),
      },
    },
    tools: shown.tools.map((tool) => ({ name: tool.name, description: tool.about })),
    ...(hasMore && { tools_generated: true }),
    ...(shown.prompts.length > 0 && { prompts_generated: true }),
    ...(pack.license !== undefined && { license: pack.license }),
    compatibility: { runtimes: { node: nodeRange } },
    ...(env.length > 0 && { user_config: Object.fromEntries(settings) }),
  }
}
