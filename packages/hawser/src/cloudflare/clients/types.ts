import type {
  CallToolResult,
  ElicitForm,
  ElicitResult,
  ElicitUrl,
  GetPromptResult,
  ReadResourceResult,
  ToolListing,
} from '../../protocol/index.ts'

/** A server of an owner, as it was when its list was last asked for. */
export interface ServerStatus {
  readonly name: string
  readonly url: string
  /** `needs sign-in`: nobody is signed in there, or no longer. `failed`: it cannot be used now, and is tried again. */
  readonly state: 'ready' | 'needs sign-in' | 'failed'
  /** Why it is not ready, for people. Some of it may be the server's words. */
  readonly reason?: string | undefined
  /** Who signed in there, where the issuer says it. */
  readonly account?: string | undefined
  /** Whether the owner added it. */
  readonly isAdded: boolean
}

/** A tool with the server that offers it: names are unique for each server only. */
export interface OfferedTool extends ToolListing {
  readonly server: string
}

/** What a server asks: a form, or a page to visit. Show who asks, and of a page its whole address. */
export type Question = (ElicitForm | ElicitUrl) & {
  /** The server's name for it, by which it is answered. */
  readonly key: string
}

/** A call that goes on when its questions are answered, for as long as it is kept: another day, from another instance. */
export interface PendingCall {
  readonly id: string
  readonly server: string
  readonly method: 'tools/call' | 'resources/read' | 'prompts/get'
  /** The tool, the prompt, or the URI of the resource. */
  readonly about: string
  readonly questions: readonly Question[]
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** A call that its server works on after it has answered. Look after it with `look`. */
export interface RunningTask {
  readonly id: string
  readonly server: string
  readonly about: string
  /** How far it is, in the words of the server. */
  readonly message?: string | undefined
  /** Milliseconds to wait before the next look. */
  readonly pollAfter: number
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** What came of a call: its result, a question, or a task. */
export type Outcome<Result = CallToolResult | ReadResourceResult | GetPromptResult> =
  | { readonly result: Result }
  | { readonly pending: PendingCall }
  | { readonly task: RunningTask }

/** Answers by the keys of their questions. */
export type GivenAnswers = Readonly<Record<string, ElicitResult>>

/** How a person is sent to sign in. */
export interface VisitOptions {
  /** The path of this application to which the person is brought in the end; `/` when left out. */
  readonly returnTo?: string | undefined
  /**
   * The session of the person's browser, or anything else that `callback` will know it by. Needed where several people share an owner:
   * otherwise one of them could have another one sign in for all.
   */
  readonly session?: string | undefined
}

/** The connections of one owner. All members may be destructured. */
export interface OwnerConnections<Name extends string = string> {
  /** Where each server stands. Those that were not asked for a while are asked first, for some seconds at most. */
  readonly servers: () => Promise<readonly ServerStatus[]>
  /** The tools of all servers that are ready, as they are kept; servers that are slow to say more do not hold them up. */
  readonly tools: () => Promise<readonly OfferedTool[]>
  /**
   * Calls a tool.
   *
   * @throws TypeError for a server or tool that is not to be used; SignInError `needs_person` when somebody has to sign in first; whatever
   *   a client throws.
   */
  readonly call: (
    server: Name,
    tool: string,
    args?: Readonly<Record<string, unknown>>,
  ) => Promise<Outcome<CallToolResult>>
  /** Reads a resource. Throws as `call` does. */
  readonly read: (server: Name, uri: string) => Promise<Outcome<ReadResourceResult>>
  /** Renders a prompt. Throws as `call` does. */
  readonly prompt: (
    server: Name,
    name: string,
    args?: Readonly<Record<string, string>>,
  ) => Promise<Outcome<GetPromptResult>>
  /** What waits for an answer or is worked on, the oldest first. */
  readonly waiting: () => Promise<readonly (PendingCall | RunningTask)[]>
  /**
   * Answers the questions of a call, which goes on. Each is answered once: the call is not made again for a second answer, nor when
   * its outcome was lost.
   *
   * @throws WaitingError `unknown`, `answered` or `wrong`; whatever `call` throws.
   */
  readonly answer: (id: string, answers: GivenAnswers) => Promise<Outcome>
  /**
   * Looks after a task: what came of it, what it asks, or how far it is.
   *
   * @throws WaitingError `unknown`; whatever the call would throw.
   */
  readonly look: (id: string) => Promise<Outcome>
  /** Gives up on what waits: a question is not answered any more, and a task is cancelled. */
  readonly drop: (id: string) => Promise<void>
  /**
   * The page that a person is to be sent to, to sign in at a server. It is good for ten minutes, and for this owner.
   *
   * @throws SignInError; ConnectionError when somebody does not answer.
   */
  readonly signIn: (server: Name, options?: VisitOptions) => Promise<URL>
  /**
   * Answers the request with which the browser comes back: finishes what `signIn` began for this owner, and redirects to `returnTo`. What was begun
   * for somebody else, in another session, too long ago, or is used already gets 400 and a sentence. The log has the reason.
   */
  readonly callback: (request: Request, options?: Pick<VisitOptions, 'session'>) => Promise<Response>
  /** Revokes tokens as far as the issuer lets us, and forgets them with all that waits for an answer there. */
  readonly signOut: (server: Name) => Promise<void>
  /**
   * Connects the owner to a server of their own choice: https, and not on a machine that is named by a private address.
   *
   * @throws TypeError for a name or an address that may not be added; RangeError when there are `maxAdded`.
   */
  readonly add: (name: string, url: string | URL) => Promise<void>
  /** Signs out of a server that was added, and forgets it. */
  readonly remove: (name: string) => Promise<void>
  /** Signs out everywhere, and forgets all of this owner. */
  readonly forget: () => Promise<void>
}
