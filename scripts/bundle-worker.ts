import { build } from 'esbuild'

/**
 * Bundles a module as a Worker, as wrangler would, with the sources of the packages.
 *
 * @param file An absolute path.
 * @param define Puts values in the place of names.
 * @example const script = await bundleWorker(join(import.meta.dirname, 'worker.ts'))
 */
export async function bundleWorker(file: string, define: Readonly<Record<string, string>> = {}): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    conditions: ['hawser-source', 'workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
    define: { ...define },
    logLevel: 'silent',
  })
  return outputFiles.map(({ text }) => text).join('')
}
