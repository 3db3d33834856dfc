import { relative, resolve } from 'node:path'
import type { WorkerConfig } from '../../wrangler/project.ts'

type Settings = Readonly<Record<string, unknown>>

/** Settings that are paths, from the folder of the configuration. */
const PATHS = ['main', 'tsconfig', 'base_dir']

/**
 * The settings of a configuration that are paths, as another one in `to` writes them.
 *
 * @example rebasePaths(config, '/shop', '/shop/.hawser/split/owner').main // '../../../src/index.ts'
 */
export function rebasePaths(config: WorkerConfig, from: string, to: string): Settings {
  const all = config as unknown as Settings
  const rebase = (path: string): string => relative(to, resolve(from, path))
  const plain = PATHS.flatMap((key) => {
    const value = all[key]
    return typeof value === 'string' ? [[key, rebase(value)] as const] : []
  })
  const { build } = config
  return {
    ...Object.fromEntries(plain),
    ...(build?.command !== undefined && { build: { ...build, cwd: rebase(build.cwd ?? '.') } }),
  }
}

/** Files that a Worker serves beside its code. */
export function rebaseAssets({ assets }: WorkerConfig, from: string, to: string): Settings {
  if (assets?.directory === undefined) return {}
  return { assets: { ...assets, directory: relative(to, resolve(from, assets.directory)) } }
}
