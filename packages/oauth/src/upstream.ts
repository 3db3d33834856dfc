export type { GitHubAccount } from './login/github.ts'
export { githubLogin, type GitHubLoginOptions } from './login/github-login.ts'
export { upstreamLogin, type UpstreamLoginOptions } from './login/upstream-login.ts'
