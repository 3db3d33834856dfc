import { serveStdio } from 'hawser/stdio'
import notes from './notes.ts'

serveStdio(notes)
