import type { Usage } from '../core/event.ts';
import type { AttemptContext, AttemptRecord, FailureKind, UpstreamFailure } from './attempt.ts';
import type { Clock } from './clock.ts';
import type { Target } from './target.ts';
import { failure } from './upstream-failure.ts';
import { Watch } from './watch.ts';

export interface Heard {
  readonly usage: Usage | undefined;
  /** Pieces that could not be read. */
  readonly skipped: number;
}

/**
 * One attempt: what stops it, and what is told of it, once. The caller's signal, a limit of time and a reader who goes
 * away all abort `signal`, which closes the connection at once, whether or not anybody still asks for events.
 */
export class AttemptState {
  readonly #target: Target;
  readonly #context: AttemptContext;
  readonly #clock: Clock;
  readonly #abort = new AbortController();
  readonly #startedAt: number;
  readonly #began: number;
  readonly watch: Watch;
  #firstTokenMs: number | undefined;
  #over = false;
  status: number | undefined;
  upstreamRequestId: string | undefined;
  /** What the answer has told so far. */
  heard: Heard = { usage: undefined, skipped: 0 };
  /** What silence means at the moment. */
  #onSilence: () => UpstreamFailure = () => failure('timeout');

  constructor(target: Target, context: AttemptContext, clock: Clock) {
    this.#target = target;
    this.#context = context;
    this.#clock = clock;
    this.#startedAt = clock.unix();
    this.#began = clock.now();
    this.watch = new Watch(clock, () => this.stop(this.#onSilence()));
    if (context.signal.aborted) this.cancel();
    else context.signal.addEventListener('abort', this.cancel, { once: true });
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get elapsedMs(): number {
    return this.#clock.now() - this.#began;
  }

  get firstTokenMs(): number | undefined {
    return this.#firstTokenMs;
  }

  /** From now on silence of that length ends the attempt in that way. */
  expect(limitMs: number, onSilence: () => UpstreamFailure): void {
    this.#onSilence = onSilence;
    this.watch.expect(limitMs);
  }

  firstToken(): void {
    this.#firstTokenMs ??= this.elapsedMs;
  }

  readonly cancel = (): void => this.stop(failure('cancelled', { cause: this.#context.signal.reason }));

  /** Ends the attempt from outside: the connection is closed, and whoever waits for it hears the failure. */
  stop(reason: UpstreamFailure): void {
    if (this.#over) return;
    this.finish(reason.kind);
    this.#abort.abort(reason);
  }

  /** Tells the record. Only the first word counts. */
  finish(outcome: 'answered' | FailureKind): void {
    if (this.#over) return;
    this.#over = true;
    this.watch.stop();
    this.#context.signal.removeEventListener('abort', this.cancel);
    this.#context.onAttempt(this.#record(outcome));
  }

  #record(outcome: AttemptRecord['outcome']): AttemptRecord {
    const { id, model, upstream } = this.#target;
    return {
      target: id,
      upstream: upstream.name,
      model,
      startedAt: this.#startedAt,
      milliseconds: this.elapsedMs,
      firstTokenMilliseconds: this.#firstTokenMs,
      outcome,
      status: this.status,
      usage: this.heard.usage,
      upstreamRequestId: this.upstreamRequestId,
      malformedEvents: this.heard.skipped,
    };
  }
}
