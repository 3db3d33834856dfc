import { OAuthObject } from '@hawser/oauth/cloudflare'
import { HawserObject } from 'hawser/cloudflare'
import { type HawserState, type OAuthState, Watch } from './watch.ts'

/** The class that users export, with somebody who watches its objects. */
class WatchedHawser extends HawserObject {
  readonly #watch: Watch

  constructor(state: HawserState, env: unknown) {
    const watch = new Watch(state)
    super(state, env)
    this.#watch = watch
  }

  /** Ends it at once, whatever it is doing. */
  crash(): void {
    this.#watch.crash()
  }

  override invoke(method: string, args: readonly unknown[]): Promise<unknown> {
    return this.#watch.see('requests', () => super.invoke(method, args))
  }

  override fetch(request: Request): Promise<Response> {
    return this.#watch.see('requests', () => super.fetch(request))
  }

  override alarm(): Promise<void> {
    return this.#watch.see('alarms', () => super.alarm())
  }

  override webSocketMessage(...given: Parameters<HawserObject['webSocketMessage']>): void {
    this.#watch.account.messages++
    super.webSocketMessage(...given)
  }
}

class WatchedOAuth extends OAuthObject {
  readonly #watch: Watch

  constructor(state: OAuthState, env: unknown) {
    const watch = new Watch(state)
    super(state, env)
    this.#watch = watch
  }

  override step(...given: Parameters<OAuthObject['step']>): unknown {
    return this.#watch.see('requests', () => super.step(...given))
  }

  override alarm(): void {
    this.#watch.account.alarms++
    super.alarm()
  }
}

export { WatchedHawser as HawserObject, WatchedOAuth as OAuthObject }
