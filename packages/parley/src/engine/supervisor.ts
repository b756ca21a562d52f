import { ApiError } from '@parley/protocol/errors';
import { EngineHost, type HostOptions } from './host/engine-host.ts';

const RESTARTS = 3;
const RESTART_WINDOW_MS = 60_000;
const RESTART_DELAY_MS = 500;

export interface SupervisorOptions extends HostOptions {
  readonly model: string;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/** Keeps one model's engine alive: starts it again when it dies, and gives up when it keeps dying. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  #host: EngineHost | undefined;
  #failures: number[] = [];
  #closed = false;
  #restarting: Promise<void> | undefined;

  private constructor(options: SupervisorOptions, host: EngineHost) {
    this.#options = options;
    this.#watch(host);
  }

  /** Rejects when the model cannot be loaded. */
  static async start(options: SupervisorOptions): Promise<Supervisor> {
    return new Supervisor(options, await EngineHost.start(options));
  }

  /** The running engine; throws a 503 while there is none. */
  get host(): EngineHost {
    if (this.#host) return this.#host;
    const gaveUp = this.#failures.length > RESTARTS;
    throw new ApiError({
      status: 503,
      type: 'server_error',
      code: 'model_unavailable',
      param: 'model',
      message: gaveUp
        ? `The engine of '${this.#options.model}' keeps ending and is not started again; see the server's log.`
        : `The engine of '${this.#options.model}' ended and is being started again.`,
      retryAfterSeconds: gaveUp ? 60 : 2,
    });
  }

  get available(): EngineHost | undefined {
    return this.#host;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const host = this.#host;
    this.#host = undefined;
    await host?.close();
    // An engine that is being loaded now ends as soon as it is there.
    await this.#restarting;
  }

  #watch(host: EngineHost): void {
    this.#host = host;
    void host.exited.then((reason) => {
      this.#restarting = this.#restart(reason);
    });
  }

  async #restart(reason: string): Promise<void> {
    this.#host = undefined;
    const { log, now, model } = this.#options;
    while (!this.#closed) {
      this.#failures = [...this.#failures.filter((at) => now() - at < RESTART_WINDOW_MS), now()];
      const giveUp = this.#failures.length > RESTARTS;
      log(
        'error',
        `the engine of ${model} ended (${reason})${giveUp ? '; giving up on it' : '; starting it again'}`,
      );
      if (giveUp) return;
      await new Promise((resolve) => setTimeout(resolve, RESTART_DELAY_MS));
      if (this.#closed) return;
      try {
        const host = await EngineHost.start(this.#options);
        if (this.#closed) return await host.close();
        return this.#watch(host);
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
      }
    }
  }
}
