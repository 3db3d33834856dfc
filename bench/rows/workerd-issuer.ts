import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { Miniflare } from 'miniflare'
import type { IssuerBurst } from '../child/issuer-load.ts'
import { hasForm, type Contender } from '../contenders/index.ts'
import { pinProcess } from '../measure/pin.ts'
import { builtPath, programPath, startProgram } from '../measure/program.ts'
import { cpuOf } from '../measure/usage.ts'
import { askForValues } from '../measure/values.ts'
import type { Effort, Row, Values } from './row.ts'

const WARM = 100

/** A disk that is memory where there is one: that of this machine says nothing of Cloudflare's. */
const DISK = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** The process of workerd that this one has started last. */
const findWorkerd = (): number => {
  const { stdout } = spawnSync('ps', ['-o', 'pid=,comm=', '--ppid', String(process.pid)], { encoding: 'utf8' })
  const pids = stdout.split('\n').flatMap((line) => /^ *(\d+) workerd/.exec(line)?.[1] ?? [])
  return Number(pids.at(-1) ?? 0)
}

/**
 * miniflare starts workerd, since it has a KV namespace for it. Requests go to a socket of workerd itself, for both alike.
 */
const startIssuer = async (contender: Contender) => {
  const folder = mkdtempSync(join(DISK, 'hawser-bench-'))
  const miniflare = new Miniflare({
    modules: true,
    script: readFileSync(builtPath(contender.name, 'worker-issuer'), 'utf8'),
    compatibilityDate: '2026-06-11',
    compatibilityFlags: ['nodejs_compat'],
    durableObjects: contender.name === 'hawser' ? { OAUTH: { className: 'OAuthObject', useSQLite: true } } : {},
    durableObjectsPersist: folder,
    kvNamespaces: ['OAUTH_KV'],
    kvPersist: folder,
    handleRuntimeStdio: (...streams: readonly Readable[]) => void streams.map((stream) => stream.resume()),
    unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
  })
  const { origin } = await miniflare.unsafeGetDirectURL()
  const pid = findWorkerd()
  pinProcess('server', pid)
  const end = async () => {
    await miniflare.dispose()
    rmSync(folder, { recursive: true, force: true })
  }
  return { origin, pid, [Symbol.asyncDispose]: end }
}

const measure = async (contender: Contender, { calls }: Effort): Promise<Values> => {
  await using server = await startIssuer(contender)
  await using load = startProgram(programPath('issuer-load'), 'load')
  const { origin, pid } = server
  const clientId = await (await fetch(`${origin}/client`)).text()
  const tokenPath = contender.name === 'hawser' ? '/token' : '/oauth/token'
  const burst = async (what: IssuerBurst['what'], count: number) => {
    const before = cpuOf(pid)
    const task: IssuerBurst = { origin, tokenPath, clientId, what, count }
    const { seconds = 0 } = await askForValues(load, task)
    return { rate: count / seconds, cpu: (cpuOf(pid) - before) / count }
  }
  for (const what of ['authorize', 'redeem', 'refresh'] as const) await burst(what, WARM)
  const authorized = await burst('authorize', calls)
  const redeemed = await burst('redeem', calls)
  const refreshed = await burst('refresh', calls)
  return {
    authorize: authorized.cpu,
    redeem: redeemed.cpu,
    redeemRate: redeemed.rate,
    refresh: refreshed.cpu,
    refreshRate: refreshed.rate,
  }
}

const unit = 'µs CPU'

export const workerdIssuer: Row = {
  name: 'workerd-issuer',
  title: 'Authorization server on workerd: one Durable Object, and KV',
  metrics: [
    { name: 'authorize', title: 'authorization code', unit, better: 'lower' },
    { name: 'redeem', title: 'exchange of a code', unit, better: 'lower' },
    { name: 'redeemRate', title: 'the same, 16 at a time', unit: '/s', better: 'higher' },
    { name: 'refresh', title: 'refresh', unit, better: 'lower' },
    { name: 'refreshRate', title: 'the same, 16 at a time', unit: '/s', better: 'higher' },
  ],
  takesPart: (contender) => hasForm(contender, 'worker-issuer'),
  full: { rounds: 5, seconds: 90, calls: 1500 },
  quick: { rounds: 1, seconds: 8, calls: 300, only: ['hawser', 'workers-oauth-provider'] },
  measure,
}
