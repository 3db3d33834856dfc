import { parseArgs } from 'node:util'
import { CreateError } from './create-error.ts'
import { listTemplates } from './templates.ts'

export const USAGE = `npm create hawser@latest NAME -- --template TEMPLATE

Makes a Model Context Protocol server in a new folder.

${listTemplates()}

  --template TEMPLATE   what it begins as; asked for on a terminal
  --packages FOLDER     install Hawser from tarballs in this folder, as npm pack makes them
  --no-install          write the files only
  --version, --help`

/** What a person asked for. */
export interface Asked {
  readonly name: string | undefined
  readonly template: string | undefined
  readonly packages: string | undefined
  readonly install: boolean
  readonly show: 'help' | 'version' | undefined
}

/**
 * @param environment npm keeps options for itself that do not stand behind `--`, and says them there.
 * @throws CreateError for a command line that says nothing clear.
 */
export function readArguments(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Asked {
  const { values, positionals } = parse(args)
  if (positionals.length > 1) throw new CreateError(`Unexpected "${positionals[1]}".\n\n${USAGE}`, 2)
  return {
    name: positionals[0],
    template: values.template ?? environment['npm_config_template'],
    packages: values.packages ?? environment['npm_config_packages'],
    install: !values['no-install'],
    show: values.help ? 'help' : values.version ? 'version' : undefined,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        template: { type: 'string', short: 't' },
        packages: { type: 'string' },
        'no-install': { type: 'boolean', default: false },
        version: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    throw new CreateError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`, 2)
  }
}
