/** Packs every public package as npm would publish it, checks the tarball, then uses it from an empty project. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packAll } from './pack-all.ts'

const root = join(import.meta.dirname, '..')
const bin = (name: string): string => join(root, 'node_modules/.bin', name)

/** The checks print only when they fail. */
const run = (what: string, command: string, args: readonly string[], cwd = root): void => {
  try {
    execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    console.log(`ok  ${what}`)
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }
    console.error(`FAILED  ${what}\n${stdout ?? ''}${stderr ?? String(error)}`)
    process.exitCode = 1
  }
}

const work = mkdtempSync(join(tmpdir(), 'hawser-packages-'))
try {
  const packed = packAll(work)
  for (const { manifest, tarball } of packed) {
    run(`${manifest.name}: publint`, bin('publint'), ['run', tarball, '--strict'])
    if (manifest.exports) {
      run(`${manifest.name}: types resolve`, bin('attw'), [tarball, '--profile', 'esm-only', '--no-emoji'])
    }
  }

  const consumer = join(work, 'consumer')
  cpSync(join(import.meta.dirname, 'consumer'), consumer, { recursive: true })
  writeFileSync(join(consumer, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']
  // Optional ones are not installed by themselves, and each subpath is to be loaded.
  const peers = packed.flatMap(({ manifest }) => Object.entries(manifest.peerDependencies ?? {}))
  const wanted = [...packed.map(({ tarball }) => tarball), ...peers.map(([name, range]) => `${name}@${range}`)]
  run('install the tarballs', 'npm', ['install', ...quiet, ...wanted], consumer)
  for (const { manifest } of packed) {
    for (const subpath of Object.keys(manifest.exports ?? {})) {
      const specifier = manifest.name + subpath.slice(1)
      run(`import ${specifier}`, process.execPath, ['--eval', `await import(${JSON.stringify(specifier)})`], consumer)
    }
  }
  run('types of a consumer', bin('tsc'), ['--project', 'tsconfig.json'], consumer)
  const asWorker = [
    '--bundle',
    '--format=esm',
    '--conditions=workerd',
    '--external:cloudflare:*',
    '--outfile=worker.js',
  ]
  run('bundle a Worker', bin('esbuild'), ['worker.ts', ...asWorker], consumer)
  run('a server and its client', process.execPath, ['use.ts'], consumer)
  run('an audit log and its thread', process.execPath, ['audit.js'], consumer)
  run('hawser list', join(consumer, 'node_modules/.bin/hawser'), ['list', 'server.ts'], consumer)
} finally {
  rmSync(work, { recursive: true, force: true })
}
