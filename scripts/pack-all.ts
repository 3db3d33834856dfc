import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly exports?: Readonly<Record<string, unknown>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

interface Packed {
  readonly manifest: Manifest
  readonly tarball: string
}

const root = join(import.meta.dirname, '..')

const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest

const pack = (folder: string, into: string): Packed => {
  const args = ['pack', '--json', '--loglevel=error', '--pack-destination', into]
  const report: unknown = JSON.parse(execFileSync('npm', args, { cwd: folder, encoding: 'utf8' }))
  const manifest = readManifest(folder)
  const [tarball] = globSync(`${manifest.name.replace('@', '').replace('/', '-')}-[0-9]*.tgz`, { cwd: into })
  if (tarball === undefined) throw new Error(`npm pack left no tarball of ${manifest.name}: ${JSON.stringify(report)}`)
  return { manifest, tarball: join(into, tarball) }
}

/** Packs every public package into a folder as npm would publish it, from what `npm run build` made. */
export const packAll = (into: string): readonly Packed[] =>
  globSync('packages/*/package.json', { cwd: root })
    .map((path) => join(root, path, '..'))
    .filter((folder) => !readManifest(folder).private)
    .map((folder) => pack(folder, into))
