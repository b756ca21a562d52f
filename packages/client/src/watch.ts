import { AbortError, ConnectionError, type ParleyError, TimeoutError } from './errors.ts';
import type { Limit } from './options.ts';

/** What may end a call before its time: the caller's signals and the time limits. Lives until `release`. */
export class Watch {
  readonly #signals: readonly AbortSignal[];
  readonly #milliseconds: (limit: Limit) => number | undefined;
  readonly #timers: { [limit in Limit]?: ReturnType<typeof setTimeout> | undefined } = {};
  #controller = new AbortController();
  /** When the wait for the next event began, 0 while nobody waits. */
  #since = 0;
  /** Why the attempt is over, and why the call is. */
  #cause: ParleyError | undefined;
  #over: ParleyError | undefined;

  constructor(signals: readonly AbortSignal[], milliseconds: (limit: Limit) => number | undefined) {
    this.#signals = signals;
    this.#milliseconds = milliseconds;
    for (const signal of signals) {
      if (signal.aborted) this.#aborted(signal);
      signal.addEventListener('abort', this);
    }
    this.start('total');
  }

  /** Called by the signals. */
  handleEvent({ target }: Event): void {
    // Only signals were given this listener.
    this.#aborted(target as AbortSignal);
  }

  /** A signal for one attempt. */
  attempt(): AbortSignal {
    this.#controller = new AbortController();
    this.#cause = this.#over;
    if (this.#over) this.#controller.abort(this.#over);
    return this.#controller.signal;
  }

  start(limit: Limit, milliseconds = this.#milliseconds(limit)): void {
    // Beyond 2^31 milliseconds timers fire at once.
    if (!milliseconds || milliseconds > 0x7fffffff) return;
    this.stop(limit);
    this.#timers[limit] = setTimeout(() => this.#expired(limit), milliseconds);
  }

  stop(limit: Limit): void {
    clearTimeout(this.#timers[limit]);
    this.#timers[limit] = undefined;
  }

  /** The next event is waited for. The timer is not set anew for each: what it finds out when it fires suffices. */
  wait(): void {
    this.#since = performance.now();
    if (!this.#timers.idle) this.start('idle');
  }

  /** An event has come. */
  rest(): void {
    this.#since = 0;
  }

  sleep(milliseconds: number): Promise<void> {
    const signal = this.attempt();
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const timer = setTimeout(resolve, milliseconds);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    });
  }

  /** What `promise` gives. If it fails, the signals and limits come before what they made `fetch` say. */
  async guard<T>(promise: Promise<T>): Promise<T> {
    try {
      return await promise;
    } catch (cause) {
      throw this.#cause ?? new ConnectionError(`The connection failed: ${reasons(cause)}.`, { cause });
    }
  }

  /** Ends the attempt. */
  cancel(): void {
    this.#stop(new AbortError('The call was ended.'));
  }

  release(): void {
    for (const limit in this.#timers) this.stop(limit as Limit);
    for (const signal of this.#signals) signal.removeEventListener('abort', this);
  }

  #aborted(signal: AbortSignal): void {
    this.#end(new AbortError('The call was aborted.', { cause: signal.reason }));
  }

  #end(error: ParleyError): void {
    this.#over = error;
    this.#stop(error);
  }

  #stop(error: ParleyError): void {
    this.#cause = error;
    this.#controller.abort(error);
  }

  #expired(limit: Limit): void {
    this.#timers[limit] = undefined;
    const milliseconds = this.#milliseconds(limit) ?? 0;
    if (limit === 'idle') {
      if (this.#since === 0) return;
      const left = this.#since + milliseconds - performance.now();
      if (left > 0) {
        this.start('idle', left);
        return;
      }
    }
    const error = new TimeoutError(limit, milliseconds);
    if (limit === 'total') this.#end(error);
    else this.#stop(error);
  }
}

/** Messages from the outside in: `fetch failed: connect ECONNREFUSED 127.0.0.1:9`. */
function reasons(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const message = cause.message || cause.name;
  return cause.cause === undefined ? message : `${message}: ${reasons(cause.cause)}`;
}
