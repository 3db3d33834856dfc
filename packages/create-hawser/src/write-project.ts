import { randomBytes } from 'node:crypto'
import { globSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { checkName } from './check-name.ts'
import { CreateError } from './create-error.ts'
import { findTemplate, folderOf } from './templates.ts'

export interface Project {
  /** Where it is to be; the last part is its name. */
  readonly folder: string
  readonly template: string
  /** Of Hawser's packages, which have one version together. */
  readonly version: string
  /** A folder with tarballs of Hawser's packages, to install in place of those on npm. */
  readonly packages?: string | undefined
}

interface Manifest {
  readonly name: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

/** Stands for the name in every file of a template. */
const PLACEHOLDER = 'my-server'
const IGNORED = 'node_modules/\n.wrangler/\n.dev.vars*\n.env*\n*.db\n*.db-*\n'
/** What may be in the folder before: a repository that was just cloned. */
const HARMLESS = new Set(['.git'])

/**
 * Writes the files of a new project, of which none may be there before.
 *
 * @returns The files, from the folder on.
 * @throws CreateError when the name or the folder cannot be used; nothing is written then.
 */
export function writeProject({ folder, template, version, packages }: Project): readonly string[] {
  const { secrets } = findTemplate(template)
  const source = folderOf(template)
  const name = basename(resolve(folder))
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Manifest
  checkName(name, Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }))
  checkFolder(folder)

  const files = new Map<string, string>([['.gitignore', IGNORED]])
  if (secrets !== undefined) files.set(secrets, secretsFor(secrets, template))
  for (const file of globSync('**/*', { cwd: source })) {
    if (file === 'package.json' || statSync(join(source, file)).isDirectory()) continue
    files.set(file, readFileSync(join(source, file), 'utf8').replaceAll(PLACEHOLDER, name))
  }
  const complete = withVersions({ ...manifest, name }, (dependency) =>
    packages === undefined ? version : findTarball(packages, dependency),
  )
  files.set('package.json', `${JSON.stringify(complete, undefined, 2)}\n`)

  for (const [file, text] of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text, { flag: 'wx', mode: file === secrets ? 0o600 : 0o644 })
  }
  return [...files.keys()].toSorted()
}

function checkFolder(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false })
  if (found === undefined) return
  if (!found.isDirectory()) throw new CreateError(`${folder} is there already, and is no folder. Nothing was changed.`)
  const content = readdirSync(folder).filter((entry) => !HARMLESS.has(entry))
  if (content.length === 0) return
  const some = content.slice(0, 3).join(', ') + (content.length > 3 ? ', …' : '')
  throw new CreateError(`The folder ${folder} is not empty: it has ${some}. Nothing was changed. Name another folder.`)
}

/** Enough to start with. `openssl rand -base64 32` makes the like. */
function secretsFor(file: string, template: string): string {
  const lines = [`OAUTH_SECRET=${randomBytes(32).toString('base64url')}`]
  if (file === '.dev.vars') lines.push('ORIGIN=http://127.0.0.1:8787')
  if (template === 'worker-github') lines.push('# GITHUB_CLIENT_ID=', '# GITHUB_CLIENT_SECRET=', '# GITHUB_USERS=')
  return `# For this machine only. Never commit it.\n${lines.join('\n')}\n`
}

/** Hawser's packages in the version that belongs to this one; one that others depend on is the same everywhere. */
function withVersions(manifest: Manifest, find: (name: string) => string): object {
  const choose = (dependencies: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(dependencies).map(([name, version]) => [name, isOurs(name) ? find(name) : version]),
    )
  const complete = {
    ...manifest,
    dependencies: choose(manifest.dependencies),
    devDependencies: choose(manifest.devDependencies),
  }
  const { hawser } = complete.dependencies
  return hawser?.startsWith('file:') ? { ...complete, overrides: { hawser: '$hawser' } } : complete
}

const isOurs = (name: string): boolean => name === 'hawser' || name.startsWith('@hawser/')

function findTarball(folder: string, name: string): string {
  const file = `${name.replace('@', '').replace('/', '-')}-[0-9]*.tgz`
  const [tarball] = globSync(file, { cwd: folder })
  if (tarball !== undefined) return `file:${join(resolve(folder), tarball)}`
  throw new CreateError(
    `There is no tarball of ${name} in ${folder}. Make it with: npm pack --pack-destination ${folder}`,
  )
}
