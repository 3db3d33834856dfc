import { connect } from 'hawser'
import { followTasks, type Task } from 'hawser/tasks'
import server from './server.ts'

const seen: Task[] = []
await using client = await connect(server, { use: [followTasks({ onTask: (task) => seen.push(task) })] })
const sum: string = await client.tools.add({ a: 2, b: 3 })
if (sum !== '5') throw new Error(`expected 5, got ${sum}`)

const waited: string = await client.tools.wait()
const task = await client.request('tasks/get', { taskId: seen[0]?.taskId ?? '' })
if (waited !== 'waited' || task.status !== 'completed') throw new Error(`expected a task, got ${JSON.stringify(task)}`)
