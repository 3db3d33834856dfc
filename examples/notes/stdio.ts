#!/usr/bin/env node
import { serveStdio } from 'hawser/stdio'
import server from './server.ts'

serveStdio(server)
