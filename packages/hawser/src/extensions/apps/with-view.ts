import { DefinitionError } from '../../call/index.ts'
import type { Tool } from '../../server/index.ts'
import type { View } from './view.ts'

/** How a tool and its view go together. */
export interface WithViewOptions<Output = unknown> {
  /** Who may call the tool: the model, the view, or both, which is the default. */
  readonly visibility?: readonly ('model' | 'app')[] | undefined
  /** What the model is told instead of the whole result where the view shows it. Other clients get the tool's own text. */
  readonly shown?: ((output: Output) => string) | undefined
}

/** What `apps()` reads from a tool. */
export interface ViewOfTool {
  readonly view: View
  readonly visibility: readonly ('model' | 'app')[]
  readonly shown: ((output: unknown) => string) | undefined
}

/** Kept beside the definition, so that a tool with a view is a tool like any other. */
const views = new WeakMap<object, ViewOfTool>()

/** The view of a tool, if it has one. */
export function viewOf(tool: Tool): ViewOfTool | undefined {
  return views.get(tool)
}

/**
 * Gives a tool a view. Where the client shows no views, the tool is what it was.
 *
 * @throws DefinitionError `bad-view`
 * @example
 * const tides = withView(dashboard, app.tool({ description: 'Tell the tides.', effect: 'read', run: () => … }))
 * const refresh = withView(dashboard, app.tool({ … }), { visibility: ['app'] }) // for the view alone
 */
export function withView<I, O, N>(view: View, tool: Tool<I, O, N>, options: WithViewOptions<O> = {}): Tool<I, O, N> {
  const { visibility = ['model', 'app'], shown } = options
  const { uri } = view.definition
  if (visibility.length === 0 || visibility.some((each) => each !== 'model' && each !== 'app')) {
    throw new DefinitionError('bad-view', `View "${uri}": a tool is visible to 'model', to 'app', or to both.`)
  }
  const ui = { resourceUri: uri, visibility }
  const seen: Tool<I, O, N> = { ...tool, definition: { ...tool.definition, meta: { ...tool.definition.meta, ui } } }
  // The output that `shown` takes is that of this very tool.
  views.set(seen, { view, visibility, shown: shown as ViewOfTool['shown'] })
  return seen
}
