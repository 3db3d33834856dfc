import { worker } from 'hawser/cloudflare'
import notes from './notes.ts'

export default worker(notes, {
  allowedOrigins: ['https://app.example.com'], // web pages that may call, besides those of the server itself
})
