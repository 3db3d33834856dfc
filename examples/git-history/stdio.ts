#!/usr/bin/env node
import { enableCompileCache } from 'node:module'

// Node keeps what it has compiled, so that later starts take half the time.
enableCompileCache()

const [{ serveStdio }, { default: server }] = await Promise.all([import('hawser/stdio'), import('./server.ts')])
serveStdio(server)
