/** What one server offers under which names, and what it must answer: the matrix asks every server by its menu. */
export interface Menu {
  readonly call: Ask
  readonly read?: { readonly uri: string; readonly says: string }
  readonly prompt?: { readonly name: string; readonly args: Readonly<Record<string, string>>; readonly says: string }
  /** A tool that asks a question; `answer` is what the person fills in. */
  readonly ask?: Ask & { readonly answer: Readonly<Record<string, string | number | boolean>> }
  /** A tool that reports progress `steps` times, the total included. */
  readonly progress?: Ask & { readonly steps: number }
  /** A tool that reports progress and then takes long, and one that answers once the server has given the first up. */
  readonly cancel?: { readonly name: string; readonly args?: Readonly<Record<string, unknown>>; readonly proof?: Ask }
}

interface Ask {
  readonly name: string
  readonly args?: Readonly<Record<string, unknown>>
  /** Text that the answer holds. */
  readonly says: string
}

/** What each server that this workspace writes itself offers, whatever it is written with. */
export const harbour = {
  call: { name: 'tides', args: { port: 'Delft' }, says: 'High water at Delft: 14:05' },
  read: { uri: 'harbour://berths', says: 'North quay: free' },
  prompt: { name: 'log_entry', args: { ship: 'Ada' }, says: 'Write the log entry of the Ada.' },
  ask: { name: 'moor', says: 'The Ada lies at the north quay.', answer: { ship: 'Ada' } },
  progress: { name: 'load', says: 'Loaded.', steps: 3 },
  cancel: { name: 'wait', proof: { name: 'gone', says: 'The caller left.' } },
} as const satisfies Menu

/** The question that `moor` asks, as the schema that goes over the wire. */
export const shipQuestion = {
  message: 'Which ship?',
  schema: { type: 'object', properties: { ship: { type: 'string' } }, required: ['ship'] },
} as const
