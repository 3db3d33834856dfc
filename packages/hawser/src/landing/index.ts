export { landingPage, type LandingOptions } from './landing-page.ts'
