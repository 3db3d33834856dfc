/** Where the server of the simulation is, as tokens and forms name it. */
export const ISSUER = 'https://desk.example.com'
export const RESOURCE = `${ISSUER}/mcp`
export const CALLBACK = 'http://127.0.0.1:9/callback'
export const SECRET = 'a secret that all instances of this server share'

/** What each person may do of what is limited. */
export const CALLS_PER_MINUTE = 60
