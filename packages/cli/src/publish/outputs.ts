import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeBundle, NODE_RANGE } from './bundle.ts'
import { toManifest } from './manifest.ts'
import type { Product } from './product.ts'
import { replaceSection, toLlms, toReadme } from './sections.ts'
import { toServerJson } from './server-json.ts'

/** A file as it should be. */
export interface OutputFile {
  readonly name: string
  readonly path: string
  readonly content: Uint8Array
  /** Whether it is as it should be. */
  readonly isFresh: boolean
}

export interface OutputOptions {
  readonly folder: string
  readonly file: string
  readonly bundle: boolean
  /** Where the bundle can be downloaded once it was uploaded. */
  readonly bundleUrl: string | undefined
}

/** Makes everything that is published, and looks whether it is there already. */
export async function makeOutputs(product: Product, options: OutputOptions): Promise<readonly OutputFile[]> {
  const { folder, file, bundle, bundleUrl } = options
  const packed = bundle ? await makeBundle(file, product.package.folder, toManifest(product, NODE_RANGE)) : undefined
  const sha256 = packed && createHash('sha256').update(packed).digest('hex')
  const download = bundleUrl !== undefined && sha256 !== undefined ? { url: bundleUrl, sha256 } : undefined
  const texts: (readonly [name: string, content: string | Uint8Array])[] = [
    ['server.json', `${JSON.stringify(toServerJson(product, download), null, 2)}\n`],
  ]
  if (packed !== undefined) texts.push([`${product.name.replace(/[^\w.-]+/g, '-')}-${product.version}.mcpb`, packed])
  for (const [name, section] of [
    ['README.md', toReadme(product)],
    ['llms.txt', toLlms(product)],
  ] as const) {
    const now = await readFile(join(folder, name), 'utf8').catch(() => '')
    const text = replaceSection(now, section)
    if (text !== undefined) texts.push([name, text])
  }
  return Promise.all(
    texts.map(async ([name, content]) => {
      const path = join(folder, name)
      const bytes = Buffer.from(content)
      const now = await readFile(path).catch(() => undefined)
      return { name, path, content: bytes, isFresh: now?.equals(bytes) === true }
    }),
  )
}
