import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { CreateError } from './create-error.ts'

/**
 * Has npm install what the project needs.
 *
 * @throws CreateError when npm does not succeed; what it says is shown.
 */
export async function install(folder: string): Promise<void> {
  // By the file of npm where npm started this, since Windows starts no script by its name.
  const { npm_execpath: npm = '' } = process.env
  const [command, ...args] = npm.endsWith('npm-cli.js') ? [process.execPath, npm] : ['npm']
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']
  const child = spawn(command, [...args, 'install', ...quiet], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: command === 'npm' && process.platform === 'win32',
  })
  const code = await once(child, 'close').then(
    ([exit]) => exit as number | null,
    () => null,
  )
  if (code === 0) return
  throw new CreateError(`The project is written, but npm could not install what it needs. Try again there: npm install`)
}
