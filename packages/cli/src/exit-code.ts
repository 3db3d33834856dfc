/** What the process ends with; `hawser --help` shows the same table. */
export const EXIT = {
  ok: 0,
  refused: 1,
  usage: 2,
  unreachable: 3,
  definition: 4,
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Words for people, in the order of the codes. */
export const EXIT_CODES: readonly (readonly [code: ExitCode, meaning: string])[] = [
  [EXIT.ok, 'it worked'],
  [EXIT.refused, 'the tool, the server or the person said no, or a check failed'],
  [EXIT.usage, 'the command line is wrong, or a question had no answer'],
  [EXIT.unreachable, 'no connection, no answer in time, or not an answer'],
  [EXIT.definition, 'FILE does not define a server that works'],
  [EXIT.interrupted, 'interrupted by Ctrl-C'],
]
