import type {
  Annotations,
  ContentBlock,
  Icon,
  Meta,
  PromptMessage,
  Resource as ResourceListing,
  ResourceContents,
} from '../protocol/index.ts'
import type { InferInput, InferOutput, StandardSchema } from '../schema/standard-schema.ts'
import type { Variables } from '../uri-template/variables.ts'
import type { HandlerContext } from './context.ts'

export type Sync<T> = T | Promise<T>

/**
 * The one variance alias: handlers of different inputs and contexts live in one record, where no single parameter type
 * fits them all. Values of this type are only ever passed to the definition they came from.
 */
// oxlint-disable-next-line no-explicit-any
export type Anything = any

type Value<S> = S extends StandardSchema ? InferOutput<S> : Record<string, never>
type Given<S> = S extends StandardSchema ? InferInput<S> : undefined

/** What a tool changes in the world. It becomes the annotations, drives consent in hosts, and makes `confirm` a duty. */
export type Effect = 'read' | 'write' | 'destroy'

/** A tool's result in full, for tools without `output` that need `_meta` or a result which is itself an error. */
export interface FullResult {
  readonly content: readonly ContentBlock[]
  readonly structuredContent?: unknown
  readonly isError?: boolean | undefined
  readonly _meta?: Meta | undefined
}

/** What a tool without `output` may return. */
export type ToolReturn = string | ContentBlock | readonly ContentBlock[] | FullResult | undefined | void

/** The question that must be answered with yes before the tool runs. It fails closed. */
export type Confirm<Input> = (input: Input) => Sync<string>

type Consent<Input> =
  | { readonly effect: 'read' | 'write'; readonly confirm?: Confirm<Input> | false }
  | { readonly effect: 'destroy'; readonly confirm: Confirm<Input> | false }

interface Shown {
  readonly title?: string | undefined
  readonly icons?: readonly Icon[] | undefined
  /** Passed through as `_meta`. */
  readonly meta?: Meta | undefined
}

interface Guarded<Scope extends string, Decisive> {
  /**
   * Who may reach it, on every transport: whoever holds all of these scopes, whoever signed in, or everybody. A function says
   * it for one call, by what that call was given, and chooses only out of `mayNeed`. Required where the server has `auth`.
   */
  readonly scopes?:
    | readonly Scope[]
    | 'signedIn'
    | 'public'
    | ((given: Decisive) => readonly Scope[] | 'signedIn')
    | undefined
  /** All scopes that a function in `scopes` may choose. */
  readonly mayNeed?: readonly Scope[] | undefined
  /**
   * Names of what its handlers are given, as `bindings`, of that which the runtime hands to a request: nothing when left out. Typed by
   * `kit.bindings<Env>()`.
   */
  readonly bindings?: readonly string[] | undefined
  /** Milliseconds until the handler is stopped; the server's default otherwise. */
  readonly timeout?: number | undefined
}

/** What `tool({ … })` takes. (server/tools#tool) */
export type ToolDefinition<I, O, Needs, Scope extends string> = Shown &
  Guarded<Scope, Value<I>> &
  Consent<Value<I>> & {
    /** For the model: what it does, when to use it, what comes back. */
    readonly description: string
    readonly input?: I | undefined
    readonly output?: O | undefined
    /** Calling it twice with the same arguments is the same as once. */
    readonly idempotent?: boolean | undefined
    /** It reaches beyond this server's own data. */
    readonly external?: boolean | undefined
    /** It may take longer than a caller should hold a request open for; extensions that keep such calls going see it. */
    readonly long?: boolean | undefined
    /** The text for the model; the compact JSON of the value when left out. */
    readonly text?: ((value: Value<O>) => string | readonly ContentBlock[]) | undefined
    readonly run: (
      input: Value<I>,
      context: Needs & HandlerContext,
    ) => Sync<[O] extends [StandardSchema] ? Given<O> : ToolReturn>
  }

/** A tool: a value that a server is made of. `Needs` is the context that its handler takes. */
export interface Tool<Input = unknown, Output = unknown, Needs = never> {
  readonly kind: 'tool'
  readonly definition: Anything
  readonly '~input'?: Input
  readonly '~output'?: Output
  readonly '~needs'?: (needs: Needs) => void
}

/** What a caller gives to a tool or a prompt of that schema. */
export type ToolInput<I> = I extends StandardSchema ? InferInput<I> : undefined
/** What a typed caller gets from a tool of that output schema. */
export type ToolOutput<O> = [O] extends [StandardSchema] ? InferOutput<O> : string

/** Text, bytes, full contents, or nothing when there is no such resource. */
export type ResourceReturn = string | Uint8Array | ResourceContents | readonly ResourceContents[] | undefined

/** Offers values for what a person is typing; a fixed list is filtered by its beginning. (server/utilities/completion) */
export type Completer<Needs> =
  | readonly string[]
  | ((
      typed: string,
      context: Needs & HandlerContext & { readonly arguments: { readonly [name: string]: string } },
    ) => Sync<readonly string[]>)

/** What `resource({ … })` takes. (server/resources) */
export interface ResourceDefinition<Uri extends string, Needs, Scope extends string>
  extends Shown, Guarded<Scope, Variables<Uri>> {
  /** A URI, or an RFC 6570 template whose variables reach `read` by name. */
  readonly uri: Uri
  readonly description?: string | undefined
  readonly mimeType?: string | undefined
  readonly annotations?: Annotations | undefined
  /** Bytes. */
  readonly size?: number | undefined
  readonly read: (variables: Variables<Uri>, context: Needs & HandlerContext) => Sync<ResourceReturn>
  /** Members of the template's family that are worth listing. */
  readonly list?:
    | ((context: Needs & HandlerContext) => Sync<readonly Pick<ResourceListing, 'uri' | 'name'>[]>)
    | undefined
  readonly complete?: { readonly [Name in keyof Variables<Uri>]?: Completer<Needs> } | undefined
  /** Milliseconds that a client may keep what it read; 0 when left out. A function tells members of a family apart. */
  readonly ttl?: (number | ((variables: Variables<Uri>) => number)) | undefined
  /** `public` only if what is read is the same for everybody. */
  readonly cache?: 'public' | 'private' | undefined
  /** Lets variables hold `..` segments. Only for handlers that never touch a file system. */
  readonly traversal?: boolean | undefined
}

/** A resource, or a family of them: a value that a server is made of. (server/resources#resource) */
export interface Resource<Values = unknown, Needs = never> {
  readonly kind: 'resource'
  readonly definition: Anything
  readonly '~variables'?: Values
  readonly '~needs'?: (needs: Needs) => void
}

/** Text for the user's turn, or messages. */
export type PromptReturn = string | PromptMessage | readonly PromptMessage[]

/** What `prompt({ … })` takes. (server/prompts#prompt) */
export interface PromptDefinition<A, Needs, Scope extends string> extends Shown, Guarded<Scope, Value<A>> {
  readonly description: string
  /** An object whose properties are filled in by a person, as strings. */
  readonly args?: A | undefined
  readonly complete?: { readonly [Name in keyof Value<A>]?: Completer<Needs> } | undefined
  readonly render: (args: Value<A>, context: Needs & HandlerContext) => Sync<PromptReturn>
}

/** A prompt: a value that a server is made of. (server/prompts#prompt) */
export interface Prompt<Args = unknown, Needs = never> {
  readonly kind: 'prompt'
  readonly definition: Anything
  readonly '~args'?: Args
  readonly '~needs'?: (needs: Needs) => void
}

export interface Tools<C> {
  readonly [name: string]: Tool<unknown, unknown, C>
}
export interface Resources<C> {
  readonly [name: string]: Resource<unknown, C>
}
export interface Prompts<C> {
  readonly [name: string]: Prompt<unknown, C>
}

/** The definers of one kit: they know the context and the scopes of the server they are for. */
export interface Definers<Needs, Scope extends string> {
  /**
   * Defines a tool.
   *
   * @example
   * const search = notes.tool({
   *   description: 'Find notes by the words in them.',
   *   effect: 'read',
   *   input: z.object({ query: z.string() }),
   *   run: ({ query }, { db }) => db.find(query).join('\n'),
   * })
   */
  readonly tool: <I extends StandardSchema | undefined = undefined, O extends StandardSchema | undefined = undefined>(
    definition: ToolDefinition<I, O, Needs, Scope>,
  ) => Tool<ToolInput<I>, ToolOutput<O>, Needs>
  /**
   * Defines a resource, or with an RFC 6570 template a family of them.
   *
   * @example
   * const note = notes.resource({ uri: 'notes://{id}{?format}', read: ({ id, format }, { db }) => db.get(id, format) })
   */
  readonly resource: <const Uri extends string>(
    definition: ResourceDefinition<Uri, Needs, Scope>,
  ) => Resource<Variables<Uri>, Needs>
  /**
   * Defines a prompt: a template that a person chooses and fills in.
   *
   * @example
   * const review = notes.prompt({
   *   description: 'Review one note',
   *   args: z.object({ id: z.string() }),
   *   render: ({ id }) => `Review notes://${id}`,
   * })
   */
  readonly prompt: <A extends StandardSchema | undefined = undefined>(
    definition: PromptDefinition<A, Needs, Scope>,
  ) => Prompt<ToolInput<A>, Needs>
}

/** A definition that names what its handlers are given of the bindings of a Worker. */
type Naming<Names> = { readonly bindings: Names }
/** What handlers are given besides: the bindings that were named, and no others. */
type Supplied<Env, Names extends readonly (keyof Env)[]> = { readonly bindings: Readonly<Pick<Env, Names[number]>> }

/** Definers for what says which bindings of a Worker it uses. */
export interface BoundDefiners<Env extends object, Needs, Scope extends string> {
  /** As `tool` of the kit. */
  readonly tool: <
    const Names extends readonly (keyof Env & string)[],
    I extends StandardSchema | undefined = undefined,
    O extends StandardSchema | undefined = undefined,
  >(
    definition: ToolDefinition<I, O, Needs & Supplied<Env, Names>, Scope> & Naming<Names>,
  ) => Tool<ToolInput<I>, ToolOutput<O>, Needs>
  /** As `resource` of the kit; `list` and completers are given them, too. */
  readonly resource: <const Names extends readonly (keyof Env & string)[], const Uri extends string>(
    definition: ResourceDefinition<Uri, Needs & Supplied<Env, Names>, Scope> & Naming<Names>,
  ) => Resource<Variables<Uri>, Needs>
  /** As `prompt` of the kit; completers are given them, too. */
  readonly prompt: <
    const Names extends readonly (keyof Env & string)[],
    A extends StandardSchema | undefined = undefined,
  >(
    definition: PromptDefinition<A, Needs & Supplied<Env, Names>, Scope> & Naming<Names>,
  ) => Prompt<ToolInput<A>, Needs>
}

export const definers: Definers<Anything, Anything> = {
  tool: (definition) => ({ kind: 'tool', definition }),
  resource: (definition) => ({ kind: 'resource', definition }),
  prompt: (definition) => ({ kind: 'prompt', definition }),
}

/**
 * Definers for tools that ship without a server and say what they need of one.
 *
 * @example
 * const { tool } = needs<{ db: Db }>()
 * export const search = tool({ description: 'Find', effect: 'read', run: (_, { db }) => db.summary() })
 */
export function needs<Needs extends object, Scope extends string = never>(): Definers<Needs, Scope> {
  return definers
}
