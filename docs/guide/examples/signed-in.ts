import { connect } from 'hawser'
import { signIn } from 'hawser/node/sign-in'

const url = process.argv[2] ?? 'http://127.0.0.1:3000/mcp'

const auth = signIn({
  client: { name: 'Tide clerk' }, // what people are shown where they are asked
  maxScopes: ['notes:read', 'notes:write'], // whatever else a server wants is refused
  onStepUp: ({ operation, missing }) => {
    console.log(`${operation} needs ${missing.join(', ')}`) // show it to a person; this one agrees to everything
    return true
  },
})

await using notes = await connect(url, { http: { auth } })
await notes.call('search_notes') // the browser opens, unless somebody is signed in already
await notes.call('save_note', { title: 'Tides', text: 'High water at seven.' }) // and once more, when this needs more
console.log(`granted: ${(await auth.whoami(url))?.scopes.join(', ')}`)
