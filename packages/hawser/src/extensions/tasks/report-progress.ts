import type { Call } from '../../call/index.ts'
import { isObject } from '../../protocol/index.ts'
import { PROGRESS, type Task } from './task.ts'

/**
 * Tells a call how its task gets on, as if the work went on within it. Where a server says it in words only, the news are
 * counted, since progress grows. (basic/patterns/progress)
 */
export function createReporter(call: Call, taskId: string): (task: Task) => void {
  let told: string | undefined
  let progress = 0
  return ({ status, statusMessage: message, _meta }) => {
    const figures = _meta?.[PROGRESS]
    const news = JSON.stringify([message, figures])
    if ((status !== 'working' && status !== 'input_required') || news === told || news === '[null,null]') return
    told = news
    const { progress: done, total } = isObject(figures) ? figures : {}
    progress = typeof done === 'number' ? Math.max(progress, done) : progress + 1
    const progressToken = call.params._meta?.progressToken ?? taskId
    const params = { progressToken, progress, total: typeof total === 'number' ? total : undefined, message }
    call.notify({ method: 'notifications/progress', params })
  }
}
