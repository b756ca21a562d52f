import { ApiError, invalidRequest, overloaded } from '@parley/protocol/errors';
import type { BackendStats, CallContext, ChatRequest, Model, TokenizeRequest } from '../core/complete.ts';
import type { ChatEvent } from '../core/event.ts';
import type { HostUpdate } from './host/messages.ts';
import { unpackTokens } from './packed-tokens.ts';
import { resolveRequest } from './resolve.ts';
import type { Vocabulary } from './runtime.ts';
import type { Supervisor } from './supervisor.ts';
import { refuseUnsupported } from './support.ts';

export interface EngineModelOptions {
  readonly model: Model;
  readonly supervisor: Supervisor;
  readonly systemFingerprint: string;
  readonly parallel: number;
  /** Requests that may wait for a slot. */
  readonly queueLimit: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** 64 random bits. */
  readonly randomSeed: () => bigint;
}

/** One embedded model as the server sees it: checks the parameters, bounds the queue, turns updates into events. */
export class EngineModel {
  readonly model: Model;
  readonly #options: EngineModelOptions;
  #open = 0;
  #rejected = 0;
  /** Mean duration of the last calls, in seconds, for `retry-after`. */
  #meanSeconds = 1;

  constructor(options: EngineModelOptions) {
    this.#options = options;
    this.model = options.model;
  }

  /** Calls that have not ended. */
  get open(): number {
    return this.#open;
  }

  async *complete(request: ChatRequest, context: CallContext): AsyncGenerator<ChatEvent> {
    refuseUnsupported(request.parameters);
    const { supervisor, randomSeed } = this.#options;
    const { host } = supervisor;
    const resolved = resolveRequest(request.parameters, host.vocabulary.size);
    this.#admit();
    const seed = resolved.sampling.seed ?? randomSeed();
    const call = host.complete({ input: request.input, parameters: request.parameters }, resolved, seed);
    // The signal frees the slot, not this generator: one that waits at a `yield` runs no `finally`.
    const abort = () => {
      call.cancel();
      call.updates.fail(callerGone());
    };
    context.signal.addEventListener('abort', abort, { once: true });
    if (context.signal.aborted) abort();
    try {
      yield* this.#events(call.updates, context, host.vocabulary);
    } finally {
      context.signal.removeEventListener('abort', abort);
      call.cancel();
      this.#open--;
    }
  }

  async tokenize(request: TokenizeRequest, signal: AbortSignal): Promise<{ tokens: number[]; text: string }> {
    const { input, parameters } = request;
    this.#admit();
    try {
      return await this.#options.supervisor.host.tokenize({ input, parameters }, signal);
    } finally {
      this.#open--;
    }
  }

  /** As the text of an answer: control tokens show their names. */
  async detokenize(tokens: readonly number[]): Promise<string> {
    return new TextDecoder().decode(Buffer.concat(this.tokenBytes(tokens)));
  }

  tokenBytes(tokens: readonly number[]): Uint8Array[] {
    const { vocabulary } = this.#options.supervisor.host;
    return tokens.map((id, i) => {
      if (id < vocabulary.size) return vocabulary.bytes(id);
      throw invalidRequest(`tokens[${i}]`, `tokens[${i}] must be below ${vocabulary.size}, got ${id}.`);
    });
  }

  stats(): BackendStats {
    const { supervisor, parallel } = this.#options;
    const stats = supervisor.available?.stats;
    const { model } = this;
    return { ...NO_STATS, slots: parallel, ...stats, model: model.id, rejected: this.#rejected };
  }

  async *#events(
    updates: { take(): Promise<HostUpdate[]> },
    context: CallContext,
    vocabulary: Vocabulary,
  ): AsyncGenerator<ChatEvent> {
    const created = Math.floor(this.#options.now() / 1000);
    const { systemFingerprint } = this.#options;
    const start = {
      type: 'start',
      id: context.id,
      model: this.model.id,
      created,
      systemFingerprint,
    } as const;
    let begun = false;
    let echo: string | undefined;
    for (;;) {
      for (const update of await updates.take()) {
        if (update.kind === 'started') {
          echo = update.echo;
          continue;
        }
        // Only now: an earlier start would turn every later failure into a broken stream.
        if (!begun) yield echo === undefined ? start : { ...start, echo };
        begun = true;
        yield* toEvents(update, vocabulary);
        if (update.kind !== 'done') continue;
        this.#meanSeconds += (update.timing.totalSeconds - this.#meanSeconds) / 8;
        return;
      }
    }
  }

  /** Takes a place, or refuses with a `retry-after` of about one turn of the queue. */
  #admit(): void {
    const { parallel, queueLimit } = this.#options;
    if (this.#open >= parallel + queueLimit) {
      this.#rejected++;
      const seconds = Math.ceil((this.#open / parallel) * this.#meanSeconds);
      throw overloaded(
        `The queue of '${this.model.id}' is full (${queueLimit} waiting). Please try again later.`,
        Math.min(60, Math.max(1, seconds)),
      );
    }
    this.#open++;
  }
}

const NO_STATS: Omit<BackendStats, 'model' | 'rejected' | 'slots'> = {
  running: 0,
  waiting: 0,
  steps: 0,
  promptTokens: 0,
  cachedTokens: 0,
  completionTokens: 0,
  batchTokens: 0,
  cancelled: 0,
  cellsUsed: 0,
  cellsCached: 0,
  cells: 0,
  decodeSeconds: 0,
  overheadSeconds: 0,
};

function* toEvents(
  update: Exclude<HostUpdate, { kind: 'started' }>,
  vocabulary: Vocabulary,
): Generator<ChatEvent> {
  switch (update.kind) {
    case 'prompt': {
      const { promptTokens, cachedTokens } = update;
      const usage = { promptTokens, cachedTokens, completionTokens: 0, reasoningTokens: 0 };
      yield { type: 'usage', usage, final: false };
      return;
    }
    case 'text': {
      const { choice, text, tokenCount } = update;
      const tokens = update.tokens && unpackTokens(update.tokens, vocabulary);
      yield { type: 'text-delta', choice, text, tokenCount, ...(tokens && { tokens }) };
      return;
    }
    case 'end': {
      const { choice, reason, stop, tokenCount } = update;
      yield { type: 'choice-end', choice, reason, tokenCount, ...(stop !== undefined && { stop }) };
      return;
    }
    case 'done':
      yield { type: 'usage', usage: update.usage, final: true };
      yield { type: 'timing', timing: update.timing };
      return;
    case 'failed':
      throw new ApiError(update.error);
  }
}

function callerGone(): ApiError {
  return new ApiError({
    status: 499,
    type: 'invalid_request_error',
    code: 'cancelled',
    message: 'The caller went away.',
  });
}
