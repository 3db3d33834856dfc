import type { Server } from 'hawser'
import { describeServer, type Shown } from 'hawser/landing'
import { EXIT } from '../exit-code.ts'
import { Failure } from '../failure.ts'
import type { Package } from './read-package.ts'

/** All that is published of a server, from its definition and its package. */
export interface Product {
  /** In the MCP registry: `io.github.ada/notes`. */
  readonly registryName: string
  /** What the server calls itself. */
  readonly name: string
  readonly title: string
  readonly version: string
  readonly description: string
  readonly websiteUrl: string | undefined
  /** Where it runs for everybody. */
  readonly url: string | undefined
  /** What `npx` starts. */
  readonly npm: { readonly name: string; readonly version: string } | undefined
  /** Variables that a program needs; each is taken for a secret. */
  readonly env: readonly string[]
  readonly shown: Shown
  /** Whether there is more than strangers may read, or than is known here. */
  readonly hasMore: boolean
  readonly package: Package
}

export interface ProductOptions {
  readonly registryName: string | undefined
  readonly url: string | undefined
  readonly env: readonly string[]
}

/** @throws Failure for what the registry or a bundle would refuse. */
export function toProduct(server: Server, pack: Package, options: ProductOptions): Product {
  const { info, parts } = server
  const description = info.description ?? pack.description
  if (description === undefined)
    throw incomplete('The server has no description.', "Give it one: mcp({ description: '…' })")
  if (description.length > 100)
    throw incomplete(
      `The description has ${description.length} characters; the registry takes 100.`,
      'Shorten it in mcp({ … }). What tools do is said by their own descriptions.',
    )
  const npm =
    pack.isRunnable && pack.name !== undefined && pack.version !== undefined
      ? { name: pack.name, version: pack.version }
      : undefined
  if (npm !== undefined && npm.version !== info.version)
    throw incomplete(
      `The server is version ${info.version}, and its package ${npm.version}.`,
      'Give both the same version: what is published says which code it is.',
    )
  const shown = describeServer(server)
  return {
    registryName: findRegistryName(options.registryName ?? pack.mcpName, pack, info.name),
    name: info.name,
    title: info.title ?? info.name,
    version: info.version,
    description,
    websiteUrl: info.websiteUrl ?? pack.homepage,
    url: options.url ?? ownUrl(server),
    npm,
    env: options.env,
    shown,
    hasMore: Object.keys(parts.mounts).length > 0 || shown.tools.length < parts.tools.size,
    package: pack,
  }
}

const incomplete = (message: string, ...hints: readonly string[]): Failure =>
  new Failure(EXIT.definition, message, hints)

/** (registry docs, "authentication": who may use which namespace) */
function findRegistryName(given: string | undefined, { repository = '' }: Package, serverName: string): string {
  const owner = /^https:\/\/github\.com\/([\w-]+)\//.exec(repository)?.[1]
  const name = given ?? (owner === undefined ? '' : `io.github.${owner}/${serverName.replace(/[^\w.-]+/g, '-')}`)
  if (/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/.test(name) && name.length <= 200) return name
  throw incomplete(
    given === undefined ? 'The server has no name in the registry.' : `${given} is no name of the registry.`,
    'It looks like io.github.ada/notes, or com.example/notes for who owns example.com: put it into package.json as "mcpName", or write --name',
  )
}

/** The address by which a protected server knows itself, unless that is one of this machine. (RFC 9728 §2) */
function ownUrl({ auth }: Server): string | undefined {
  const [json = '{}'] = auth?.documents.values() ?? []
  const { resource } = JSON.parse(json) as { readonly resource?: string }
  return resource?.startsWith('https:') === true ? resource : undefined
}
