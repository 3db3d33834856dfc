import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ask } from './ask.ts'
import { install } from './install.ts'
import { readArguments, USAGE } from './read-arguments.ts'
import { findTemplate } from './templates.ts'
import { writeProject } from './write-project.ts'

/** Makes a project as a command line says, and tells what to type next. */
export async function create(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<void> {
  const { show, packages, install: isToInstall, ...asked } = readArguments(args, environment)
  const version = readVersion()
  if (show !== undefined) return console.log(show === 'help' ? USAGE : version)
  if (asked.template !== undefined) findTemplate(asked.template)
  const { name: folder, template } = await ask(asked)
  const { start, url, deploy } = findTemplate(template)
  const files = writeProject({ folder, template, version, packages })
  console.log(`Made ${folder} from the template ${template}: ${files.join(', ')}`)
  if (isToInstall) {
    console.log('Installing what it needs …')
    await install(folder)
  }
  const first = folder === '.' ? '' : `cd ${/\s/.test(folder) ? `"${folder}"` : folder} && `
  const steps = [
    ...(isToInstall ? [] : [['npm install', 'what it needs'] as const]),
    ['npm test', 'offline'],
    [start, url],
    ...(deploy === undefined ? [] : [[deploy, 'what a deployment would do'] as const]),
  ].map(([command, what], index) => `  ${`${index === 0 ? first : ''}${command}`.padEnd(40)}# ${what}`)
  console.log(`\nNext:\n\n${steps.join('\n')}`)
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'))
  return (manifest as { readonly version: string }).version
}
