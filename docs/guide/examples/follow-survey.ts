import { connect } from 'hawser'
import { followTasks } from 'hawser/tasks'
import type server from './survey.ts'

const follower = followTasks({
  onTask: ({ taskId }) => console.log(`became a task with ${taskId.length} characters`), // keep it, to resume it later
})

await using harbour = await connect<typeof server>(process.argv[2] ?? 'http://127.0.0.1:3000/mcp', {
  use: [follower],
  answers: {
    elicit: ({ message }) => {
      console.log(message)
      return { action: 'accept', content: { publish: true } } // ask a person
    },
  },
})

const { depth, at } = await harbour.tools.survey(
  { metres: 40 },
  { onProgress: ({ message }) => console.error(message) },
)
console.log(`shallowest: ${depth} m at ${at} m`)
