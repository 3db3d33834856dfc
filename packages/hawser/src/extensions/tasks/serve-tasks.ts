import { type Call, DefinitionError, type Handle, isCallOf, ProtocolError, type Reply } from '../../call/index.ts'
import { type CallToolParams, type InputResponses, isObject } from '../../protocol/index.ts'
import type { ExtendedServer, RunningExtension, ServerExtension } from '../../server/index.ts'
import { isDeclared, requireDeclared } from './declared.ts'
import { createDesk } from './desk.ts'
import { isHosted, type TaskHost } from './host.ts'
import { createLedger } from './ledger.ts'
import { createTaskListening } from './listen-tasks.ts'
import { memoryTasks } from './memory-tasks.ts'
import { packCall, packReply, unpackCall, unpackReply } from './pack-call.ts'
import { createRunner } from './runner.ts'
import { createScribe } from './scribe.ts'
import { type Entry, type TaskState, toDetailedTask, type Waiting } from './state.ts'
import type { TaskStore } from './store.ts'
import { TASKS } from './task.ts'

/** How tasks are kept, and for how long. Times are in milliseconds. */
export interface TasksOptions {
  /** Where tasks are kept; the memory of this process when left out. */
  readonly store?: TaskStore | undefined
  /** How long a task may work, how long a question of it stays open, and how long what became of it is kept: one hour each when left out. */
  readonly ttl?: number | undefined
  /** How often clients should look; one second when left out. */
  readonly pollInterval?: number | undefined
  /** How long a call is waited for before it becomes a task; 250 when left out. What comes or asks sooner is answered directly. */
  readonly patience?: number | undefined
  /** Most tasks that one caller has at a time, those included that are done but not yet forgotten; 256 when left out. */
  readonly perCaller?: number | undefined
  /** Most UTF-16 units of a result as JSON; 1 Mi when left out. */
  readonly maxResultChars?: number | undefined
  /** Long tools that clients without tasks may not call at all. */
  readonly required?: readonly string[] | undefined
}

const NAME_FIELDS = { 'tasks/get': 'taskId', 'tasks/update': 'taskId', 'tasks/cancel': 'taskId' }

/** The longest wait that timers know, about 25 days. */
const FOREVER = 2_147_483_647
const MAX_ANSWER_CHARS = 262_144

/**
 * Lets tools with `long: true` go on after their call was answered. Clients that speak the extension get a task, which
 * they ask after and whose questions they answer; for others such a tool is like any.
 *
 * @throws RangeError for times and bounds that cannot be; `.server({ … })` throws DefinitionError `not-long` for a
 * required tool that is not a long tool of the server.
 * @example
 * const render = films.tool({ description: 'Render a film.', effect: 'write', long: true, run: (_, { progress }) => … })
 * export default films.server({ tools: { render }, use: [tasks({ store: sqliteTasks('tasks.db') })] })
 * @see io.modelcontextprotocol/tasks
 */
export function tasks(options: TasksOptions = {}): ServerExtension {
  const settings = readOptions(options)
  const { store = memoryTasks(), required = [] } = options
  return { id: TASKS, nameFields: NAME_FIELDS, start: (server) => startTasks(server, { ...settings, store, required }) }
}

type Settings = ReturnType<typeof readOptions> & { readonly store: TaskStore; readonly required: readonly string[] }

interface RunningTasks extends RunningExtension {
  readonly answer: (next: Handle) => Handle
  readonly isBusy: () => boolean
  readonly isRunning: (id: string) => boolean
}

function startTasks(server: ExtendedServer, settings: Settings): RunningTasks {
  const { ttl, pollInterval, store } = settings
  const { log, resultMeta } = server
  const required = new Set(settings.required)
  const isLong = (name: string): boolean => server.tools.get(name)?.definition.long === true
  for (const name of required) {
    if (isLong(name)) continue
    const message = `tasks({ required }) names "${name}", which is no tool of this server with \`long: true\`.`
    throw new DefinitionError('not-long', message)
  }
  const ledger = createLedger(store)
  const scribe = createScribe({ store, ledger, log, ttl })
  const runner = createRunner({ ...settings, ledger, scribe, log, resultMeta })
  const desk = createDesk({ server, ledger, scribe, runner, ttl })
  const listening = createTaskListening({ server, store, desk, ledger, runner, pollInterval })
  const acknowledged: Reply = { _meta: resultMeta }

  const start = async (call: Call<'tools/call'>, next: Handle): Promise<Reply> => {
    const { name } = call.params
    if (!isLong(name)) return next(call)
    if (required.has(name)) requireDeclared(call, `The tool "${name}" takes too long for one request.`)
    return isDeclared(call) ? runner.run(call, next, desk.ownerOf(call)) : next(call)
  }

  const get = async (call: Call<'tasks/get'>): Promise<Reply> => {
    requireDeclared(call, 'Tasks cannot be asked after.')
    return toDetailedTask(await desk.find(call, call.params.taskId), pollInterval, resultMeta)
  }

  const update = async (call: Call<'tasks/update'>, next: Handle): Promise<Reply> => {
    requireDeclared(call, 'Tasks cannot be answered.')
    const { taskId, inputResponses } = call.params
    checkAnswers(inputResponses)
    const { id } = await desk.find(call, taskId)
    let resumed: CallToolParams | undefined
    await ledger.change(id, (state) => {
      resumed = undefined
      const waiting = takeAnswers(state, inputResponses)
      if (waiting === undefined) return undefined
      const now = Date.now()
      const isComplete = waiting.questions.every(({ key }) => Object.hasOwn(waiting.answers, key))
      if (!isComplete) return { ...state, updatedAt: now, phase: { status: 'input_required', waiting } }
      resumed = toParams(state, waiting)
      return { ...state, updatedAt: now, deadline: now + ttl, message: undefined, phase: scribe.working() }
    })
    if (resumed === undefined) return acknowledged
    runner.resume(id, call, { ...resumed, _meta: call.params._meta }, next)
    // It may have been cancelled while the answers were stored, when there was nothing to stop yet.
    if (isCancelling(await ledger.read(id))) runner.cancel(id)
    return acknowledged
  }

  const cancel = async (call: Call<'tasks/cancel'>): Promise<Reply> => {
    requireDeclared(call, 'Tasks cannot be cancelled.')
    const { id } = await desk.find(call, call.params.taskId)
    await ledger.change(id, (state) => cancelState(state, ttl))
    runner.cancel(id)
    return acknowledged
  }

  const answer =
    (next: Handle): Handle =>
    (call) => {
      if (isCallOf(call, 'tools/call')) return start(call, next)
      if (isCallOf(call, 'tasks/get')) return get(call)
      if (isCallOf(call, 'tasks/update')) return update(call, next)
      if (isCallOf(call, 'tasks/cancel')) return cancel(call)
      if (isCallOf(call, 'subscriptions/listen')) return listening.listen(call, next)
      return next(call)
    }

  /** As above, except that work begins and ends where the tasks of its owner are. */
  const answerBy =
    ({ send }: TaskHost, next: Handle): Handle =>
    async (call) => {
      const isWork = isCallOf(call, 'tools/call') && isLong(call.params.name)
      if (!isDeclared(call) || !(isWork || isHosted(call))) return answer(next)(call)
      return unpackReply(await send(server.name, desk.ownerOf(call), packCall(call)))
    }

  return {
    answer,
    isBusy: runner.isBusy,
    isRunning: runner.isRunning,
    interceptor: (next) => {
      const { host } = store
      if (host === undefined) return answer(next)
      host.register(server.name, (local) => {
        const { answer: there, isBusy, isRunning } = startTasks(server, { ...settings, store: local })
        const handle = there(next)
        return {
          isBusy,
          isRunning,
          answer: (packed, env) => packReply(handle(unpackCall(packed, env)), log, packed),
        }
      })
      return answerBy(host, next)
    },
    close: async () => {
      listening.close()
      await runner.close()
    },
  }
}

function readOptions(options: TasksOptions) {
  const settings = {
    ttl: options.ttl ?? 3_600_000,
    pollInterval: options.pollInterval ?? 1_000,
    patience: options.patience ?? 250,
    perCaller: options.perCaller ?? 256,
    maxResultChars: options.maxResultChars ?? 1_048_576,
  }
  for (const [name, value] of Object.entries(settings)) {
    const least = name === 'patience' ? 0 : 1
    if (Number.isInteger(value) && value >= least && value <= FOREVER) continue
    throw new RangeError(`tasks({ ${name} }) takes an integer from ${least} to ${FOREVER}; it got ${value}.`)
  }
  return settings
}

function checkAnswers(answers: unknown): asserts answers is InputResponses {
  if (isObject(answers) && JSON.stringify(answers).length <= MAX_ANSWER_CHARS) return
  const message = `params.inputResponses must be an object of at most ${MAX_ANSWER_CHARS} characters`
  throw new ProtocolError('invalid_params', message)
}

/** What is known when the answers are in; nothing when none of them is to an open question. (tasks#task-update-requests) */
function takeAnswers({ phase }: TaskState, given: InputResponses): Waiting | undefined {
  if (phase.status !== 'input_required') return undefined
  const { questions, answers } = phase.waiting
  const fresh = Object.entries(given).flatMap(([wireKey, answer]) => {
    const question = questions.find((each) => each.wireKey === wireKey)
    return question === undefined || Object.hasOwn(answers, question.key) ? [] : [[question.key, answer] as const]
  })
  return fresh.length === 0 ? undefined : { ...phase.waiting, answers: { ...answers, ...Object.fromEntries(fresh) } }
}

function toParams({ tool }: TaskState, { arguments: given, answers, requestState }: Waiting): CallToolParams {
  return { name: tool, arguments: given, inputResponses: answers, ...(requestState !== undefined && { requestState }) }
}

const isCancelling = (entry: Entry | undefined): boolean =>
  entry?.state.phase.status === 'working' && entry.state.phase.cancelling === true

/** Work is told to stop; what waits is over at once; what is done stays as it is. (tasks#task-cancellation) */
function cancelState(state: TaskState, ttl: number): TaskState | undefined {
  const now = Date.now()
  switch (state.phase.status) {
    case 'working':
      if (state.phase.cancelling === true) return undefined
      return { ...state, updatedAt: now, message: 'Cancelling.', phase: { ...state.phase, cancelling: true } }
    case 'input_required':
      return { ...state, updatedAt: now, deadline: now + ttl, message: 'Cancelled.', phase: { status: 'cancelled' } }
    case 'completed':
    case 'failed':
    case 'cancelled':
      return undefined
  }
}
