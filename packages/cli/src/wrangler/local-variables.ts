import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'

/**
 * What a Worker is given on this machine alone, in the order of wrangler: by the file of its environment, by .dev.vars, or else by .env.
 *
 * @example (await readLocalVariables(folder, undefined)).get('ORIGIN') // 'http://127.0.0.1:8787'
 */
export async function readLocalVariables(
  folder: string,
  env: string | undefined,
): Promise<ReadonlyMap<string, string | undefined>> {
  const files = [...(env === undefined ? [] : [`.dev.vars.${env}`]), '.dev.vars', '.env']
  for (const file of files) {
    const text = await readFile(join(folder, file), 'utf8').catch(() => undefined)
    if (text !== undefined) return new Map(Object.entries(parseEnv(text)))
  }
  return new Map()
}
