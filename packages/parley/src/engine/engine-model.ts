import { ApiError, invalidRequest, overloaded } from '@parley/protocol/errors';
import type {
  BackendStats,
  CallContext,
  ChatRequest,
  Model,
  TokenizedPrompt,
  TokenizeRequest,
} from '../core/complete.ts';
import type { ChatEvent } from '../core/event.ts';
import { withoutTwins } from './answer/legacy-twins.ts';
import { withMessageTools } from './answer/message-tools.ts';
import { openReading } from './answer/open-reading.ts';
import type { AnswerReading } from './answer/reading.ts';
import { withoutEffect } from './constraint/output-form.ts';
import type { HostUpdate, Started } from './host/messages.ts';
import { withKnownBias } from './known-bias.ts';
import { promptInfo } from './prompt-info.ts';
import { resolveRequest } from './resolve.ts';
import type { Vocabulary } from './runtime.ts';
import type { Supervisor } from './supervisor.ts';
import { refuseUnsupported } from './support.ts';
import { toEvents } from './to-events.ts';

export interface EngineModelOptions {
  readonly model: Model;
  readonly supervisor: Supervisor;
  readonly systemFingerprint: string;
  readonly parallel: number;
  /** Requests that may wait for a slot. */
  readonly queueLimit: number;
  /** Whether the operator has registered logits processors. Default false. */
  readonly logitsProcessors?: boolean;
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

  async *complete(given: ChatRequest, context: CallContext): AsyncGenerator<ChatEvent> {
    const { supervisor, randomSeed, logitsProcessors = false } = this.#options;
    refuseUnsupported(given.parameters, { logitsProcessors });
    const { host } = supervisor;
    const { request: withTools, placed } = withMessageTools(
      withoutTwins(given, context.report),
      context.report,
    );
    const request = withKnownBias(withTools, host.vocabulary.size, context.report);
    const resolved = resolveRequest(request, host.vocabulary.size, context);
    for (const name of withoutEffect(request.parameters)) {
      context.report.add(name, 'ignored', 'there is one implementation of structured outputs');
    }
    if (request.parameters.parley?.cache) context.report.add('parley.cache', 'ignored', NO_CACHE);
    if (request.parameters.return_tokens_as_token_ids && !request.parameters.logprobs) {
      context.report.add('return_tokens_as_token_ids', 'ignored', NO_LOGPROBS);
    }
    checkTokens(request, this.model.contextLength);
    if (context.signal.aborted) throw callerGone();
    const leave = this.#admit();
    const seed = resolved.sampling.seed ?? randomSeed();
    const call = host.complete({ input: request.input, parameters: request.parameters }, resolved, seed);
    // The signal frees slot and place, not this generator: one that waits at a `yield` runs no `finally`.
    const abort = () => {
      call.cancel();
      call.updates.fail(callerGone());
      leave();
    };
    context.signal.addEventListener('abort', abort, { once: true });
    try {
      yield* this.#events(call.updates, request, context, host.vocabulary);
    } catch (error) {
      throw placed(error);
    } finally {
      context.signal.removeEventListener('abort', abort);
      call.cancel();
      leave();
    }
  }

  async tokenize(request: TokenizeRequest, signal: AbortSignal): Promise<TokenizedPrompt> {
    const { request: withTools, placed } = withMessageTools(request);
    const { input, parameters } = withTools;
    const leave = this.#admit();
    try {
      return await this.#options.supervisor.host.tokenize({ input, parameters }, signal);
    } catch (error) {
      throw placed(error);
    } finally {
      leave();
    }
  }

  /** As the text of an answer: control tokens show their names. */
  async detokenize(tokens: readonly number[]): Promise<string> {
    const { vocabulary } = this.#options.supervisor.host;
    checkIds(tokens, vocabulary);
    // One buffer: millions of tokens as an array each would fill the heap.
    const text = Buffer.alloc(tokens.reduce((length, id) => length + vocabulary.bytes(id).length, 0));
    let at = 0;
    for (const id of tokens) {
      const bytes = vocabulary.bytes(id);
      text.set(bytes, at);
      at += bytes.length;
    }
    return new TextDecoder().decode(text);
  }

  tokenBytes(tokens: readonly number[]): Uint8Array[] {
    const { vocabulary } = this.#options.supervisor.host;
    checkIds(tokens, vocabulary);
    return tokens.map((id) => vocabulary.bytes(id));
  }

  stats(): BackendStats {
    const { supervisor, parallel } = this.#options;
    const stats = supervisor.available?.stats;
    const { model } = this;
    return { ...NO_STATS, slots: parallel, ...stats, model: model.id, rejected: this.#rejected };
  }

  async *#events(
    updates: { take(): Promise<HostUpdate[]> },
    request: ChatRequest,
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
    let started: Partial<Started> = {};
    let reading: AnswerReading | undefined;
    for (;;) {
      for (const update of await updates.take()) {
        if (update.kind === 'started') {
          started = update;
          for (const name of update.ignored ?? []) context.report.add(name, 'ignored', NOT_READ);
          for (const { name, change, detail } of update.changes ?? [])
            context.report.add(name, change, detail);
          reading = update.answer && openReading(request, update.answer);
          continue;
        }
        // Only now: an earlier start would turn every later failure into a broken stream.
        if (!begun) {
          const logprobs = update.kind === 'prompt' ? update.logprobs : undefined;
          yield { ...start, ...promptInfo(started, logprobs, request.parameters, vocabulary) };
        }
        begun = true;
        for (const event of toEvents(update, vocabulary)) {
          if (reading) yield* reading.read(event);
          else yield event;
        }
        if (update.kind !== 'done') continue;
        this.#meanSeconds += (update.timing.totalSeconds - this.#meanSeconds) / 8;
        return;
      }
    }
  }

  /** Takes a place and returns what gives it back, once; or refuses with a `retry-after` of about one turn of the queue. */
  #admit(): () => void {
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
    let left = false;
    return () => {
      if (!left) this.#open--;
      left = true;
    };
  }
}

const NO_CACHE = 'The embedded engine keeps no answers.';
const NO_LOGPROBS = 'It says how log probabilities are written, and none were asked for.';
const NOT_READ = "The model's chat template does not read it.";

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

/** Millions of tokens need not travel to the engine to be refused. */
function checkTokens({ input, parameters }: ChatRequest, contextLength: number): void {
  if (input.kind !== 'tokens' || input.tokens.length < contextLength) return;
  if (parameters.truncate_prompt_tokens != null) return;
  throw invalidRequest(
    'prompt',
    `This model's maximum context length is ${contextLength} tokens, but the prompt has ${input.tokens.length} tokens, which leaves no room for an answer.`,
    'context_length_exceeded',
  );
}

function checkIds(tokens: readonly number[], { size }: Vocabulary): void {
  const wrong = tokens.findIndex((id) => !Number.isInteger(id) || id < 0 || id >= size);
  if (wrong < 0) return;
  const at = `tokens[${wrong}]`;
  throw invalidRequest(at, `${at} must be a token id between 0 and ${size - 1}, got ${tokens[wrong]}.`);
}

function callerGone(): ApiError {
  return new ApiError({
    status: 499,
    type: 'invalid_request_error',
    code: 'cancelled',
    message: 'The caller went away.',
  });
}
