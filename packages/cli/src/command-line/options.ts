/** One option of a command. */
export interface Option {
  readonly type: 'boolean' | 'string'
  readonly short?: string
  readonly multiple?: boolean
  /** How the help writes a boolean that is on unless it is turned off. */
  readonly label?: string
  /** What stands for the value in the help. */
  readonly value?: string
  readonly about: string
}

export interface Options {
  readonly [name: string]: Option
}

/** What the options of a command line hold. */
export type Values<O extends Options> = {
  readonly [K in keyof O]: O[K] extends { readonly type: 'boolean' }
    ? boolean | undefined
    : O[K] extends { readonly multiple: true }
      ? readonly string[]
      : string | undefined
}

/** Every command has these. */
export const COMMON = {
  color: { type: 'boolean', label: '--no-color', about: 'No colours; NO_COLOR in the environment says the same.' },
  help: { type: 'boolean', short: 'h', about: 'Show this help.' },
} as const satisfies Options

/** Commands that print a result have these. */
export const PRINTING = {
  json: {
    type: 'boolean',
    about: 'Print JSON. That is the default when the output is not a terminal; --no-json prints for people.',
  },
} as const satisfies Options

/** Commands that connect to a server have these. */
export const CONNECTING = {
  header: {
    type: 'string',
    multiple: true,
    value: "'NAME: VALUE'",
    about: 'Send a header with every request to a URL; can be repeated.',
  },
  env: {
    type: 'string',
    multiple: true,
    value: 'NAME[=VALUE]',
    about: 'Hand an environment variable to the program after --, which gets few of them otherwise; can be repeated.',
  },
  stderr: { type: 'boolean', about: 'Show what the program after -- writes to its standard error.' },
  timeout: {
    type: 'string',
    value: 'SECONDS',
    about: 'Give up after this long without an answer or a sign of progress; 60 when left out.',
  },
  record: {
    type: 'string',
    value: 'FILE',
    about: 'Write what is sent and received to a trace, without secrets; hawser replay FILE plays it.',
  },
} as const satisfies Options

/** Commands whose call may be asked something have these. */
export const ANSWERING = {
  answer: {
    type: 'string',
    multiple: true,
    value: 'KEY=JSON',
    about:
      'Answer a question of the server in advance: an object, the value of a single field, accept, decline or cancel.',
  },
} as const satisfies Options
