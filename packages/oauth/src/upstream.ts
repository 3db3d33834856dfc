export { upstreamLogin, type UpstreamLoginOptions } from './login/upstream-login.ts'
