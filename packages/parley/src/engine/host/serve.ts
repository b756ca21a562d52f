import { ApiError, internalError } from '@parley/protocol/errors';
import type { ParameterReportEntry } from '../../core/report.ts';
import type { ReasoningBudgetPlan } from '../answer/plan.ts';
import { Engine } from '../engine.ts';
import type { ReasoningLimit } from '../options.ts';
import { packTokens } from '../packed-tokens.ts';
import { packVocabulary } from '../packed-vocabulary.ts';
import type { PackedPrompt, Prepared, TextSpan } from '../prompt/request.ts';
import type { ResolvedRequest } from '../resolve.ts';
import type { Runtime, Vocabulary } from '../runtime.ts';
import type { ProcessorRegistry } from '../sampler/processor.ts';
import type { EngineStats } from '../stats.ts';
import type { Update } from '../update.ts';
import type { Command, HostUpdate } from './messages.ts';
import type { ServerPort } from './port.ts';
import type { Prompts } from './prompts.ts';

/** How often at most the counters are sent while the engine runs. */
const STATS_INTERVAL_MS = 100;
/** Text of shorter steps is sent together: waking the other thread costs more than such a step's sampling. */
const POST_INTERVAL_MS = 1;

export interface ServeOptions {
  readonly port: ServerPort;
  readonly runtime: Runtime;
  readonly prompts: Prompts;
  readonly processors?: ProcessorRegistry;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/** Joins the engine to the line: commands in, updates out, one step per turn of the event loop while there is work. */
export class EngineService {
  readonly #options: ServeOptions;
  readonly #engine: Engine;
  /** Prompts on their way, by request. */
  readonly #preparing = new Map<number, AbortController>();
  #scheduled = false;
  #statsAt = 0;
  /** Updates that have not been sent. */
  #held: HostUpdate[] = [];
  #postedAt = 0;
  #onClosed: (() => void) | undefined;

  constructor(options: ServeOptions) {
    this.#options = options;
    const { port, runtime, now, processors } = options;
    const { parallel, promptBudget } = port.config;
    this.#engine = new Engine({
      runtime,
      parallel,
      promptBudget,
      ...(processors && { processors }),
      now,
      emit: (updates) => this.#postUpdates(updates),
      log: (message, error) =>
        port.post({ type: 'log', level: 'error', message: `${message}: ${stack(error)}` }),
    });
  }

  /** Announces the model and serves until told to close. */
  run(): Promise<void> {
    const { port, runtime } = this.#options;
    return new Promise((resolve) => {
      this.#onClosed = resolve;
      port.onCommand((command) => this.#obey(command));
      port.onDisconnect(() => this.#close());
      const { vocabulary, contextLength, noDrafts } = runtime;
      port.post({ type: 'ready', vocabulary: packVocabulary(vocabulary), contextLength, noDrafts });
      this.#postStats();
    });
  }

  #obey(command: Command): void {
    switch (command.type) {
      case 'complete':
        void this.#complete(command);
        return;
      case 'tokenize':
        void this.#tokenize(command);
        return;
      case 'cancel':
        this.#preparing.get(command.id)?.abort();
        this.#engine.cancel(command.id);
        this.#schedule();
        return;
      case 'close':
        this.#close();
        return;
    }
  }

  async #complete({ id, prompt, resolved, seed }: Extract<Command, { type: 'complete' }>): Promise<void> {
    const arrivedAt = this.#options.now();
    await this.#prepared(
      id,
      'prepare',
      prompt,
      ({ tokens, badWords, echo, echoSpan, ignored, output, plan, changes, prediction }) => {
        const { sampling, text, maxTokens, n, priority, salt } = resolved;
        const room = this.#options.runtime.contextLength - tokens.length;
        const wanted = maxTokens ?? sampling.minTokens;
        if (wanted > room) {
          const param = room > 0 ? resolved.lengthParameter : resolved.promptParameter;
          throw tooLong(param, tokens.length, wanted, room, maxTokens === undefined);
        }
        const answerTokens = maxTokens ?? Math.max(1, room);
        const options = {
          sampling: { ...sampling, badWords: badWords && { ...badWords, text } },
          text,
          maxTokens: answerTokens,
          ...scoring(resolved, echoSpan),
          tokenIds: resolved.tokenIds,
          ...(output !== undefined && { output }),
          ...(plan && plan.controlTokens.length > 0 && { marks: plan.controlTokens }),
          ...(plan?.shape && { shape: plan.shape }),
          ...(plan?.budget && { reasoning: reasoningLimit(plan.budget, answerTokens) }),
        };
        const { promptParameter } = resolved;
        const { noDrafts } = this.#options.runtime;
        this.#engine.add({
          id,
          promptParameter,
          prompt: tokens,
          options,
          n,
          seed,
          priority,
          salt,
          arrivedAt,
          queueLimitMs: resolved.queueLimitMs,
          ...(prediction && noDrafts === undefined && { prediction }),
          beams: resolved.beams,
        });
        const reported = [
          ...(changes ?? []),
          ...(prediction && noDrafts ? [ignoredPrediction(noDrafts)] : []),
        ];
        const started: HostUpdate = {
          kind: 'started',
          request: id,
          ...(echo !== undefined && { echo }),
          ...(echoSpan && { echoSpan }),
          ...(resolved.tokenIds && { promptTokenIds: tokens }),
          ...(ignored.length > 0 && { ignored }),
          ...(plan?.names && { answer: { names: plan.names, opening: plan.opening } }),
          ...(reported.length > 0 && { changes: reported }),
        };
        this.#options.port.post({ type: 'updates', updates: [started] });
        this.#schedule();
      },
    );
  }

  #tokenize({ id, prompt }: Extract<Command, { type: 'tokenize' }>): Promise<void> {
    return this.#prepared(id, 'tokenize', prompt, ({ tokens, text, ignored }) => {
      this.#options.port.post({ type: 'tokens', id, tokens, text, ignored });
    });
  }

  /** Prepares the prompt and goes on with it, unless the caller has gone; every failure is reported. */
  async #prepared(
    id: number,
    kind: 'prepare' | 'tokenize',
    prompt: PackedPrompt,
    goOn: (prepared: Prepared) => void,
  ): Promise<void> {
    const controller = new AbortController();
    this.#preparing.set(id, controller);
    try {
      const prepared = await this.#options.prompts[kind](prompt, controller.signal);
      if (!controller.signal.aborted) goOn(prepared);
    } catch (error) {
      if (!controller.signal.aborted) this.#fail(id, error);
    } finally {
      this.#preparing.delete(id);
    }
  }

  #fail(id: number, error: unknown): void {
    const { port } = this.#options;
    const reason =
      error instanceof ApiError ? error : internalError('The prompt could not be prepared.', error);
    // The caller is not told the cause of a fault of ours, so it has to be in the log.
    if (reason.status >= 500 && reason.cause !== undefined) {
      const message = `a prompt could not be prepared: ${stack(reason.cause)}`;
      port.post({ type: 'log', level: 'error', message });
    }
    port.post({ type: 'failed', id, error: reason.toOptions() });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#scheduled = false;
    if (this.#onClosed === undefined) return;
    this.#engine.step();
    if (!this.#engine.busy) this.#flush();
    if (this.#statsDue) this.#postStats();
    if (this.#engine.busy) this.#schedule();
  }

  /** The last updates of all bring the counters with them, so that whoever has seen the end sees an idle engine. */
  #postUpdates(updates: readonly Update[]): void {
    const { runtime, now } = this.#options;
    for (const update of updates) this.#held.push(packUpdate(update, runtime.vocabulary));
    const waits = this.#engine.busy && updates.every(({ kind }) => kind === 'text');
    if (waits && now() - this.#postedAt < POST_INTERVAL_MS) return;
    this.#flush();
  }

  #flush(): void {
    if (this.#held.length === 0) return;
    const stats = this.#statsDue && this.#takeStats();
    const updates = this.#held;
    this.#held = [];
    this.#postedAt = this.#options.now();
    this.#options.port.post({ type: 'updates', updates, ...(stats && { stats }) });
  }

  get #statsDue(): boolean {
    return !this.#engine.busy || this.#options.now() - this.#statsAt > STATS_INTERVAL_MS;
  }

  #takeStats(): EngineStats {
    this.#statsAt = this.#options.now();
    return this.#engine.stats();
  }

  #postStats(): void {
    this.#options.port.post({ type: 'stats', stats: this.#takeStats() });
  }

  #close(): void {
    const closed = this.#onClosed;
    if (!closed) return;
    this.#onClosed = undefined;
    for (const controller of this.#preparing.values()) controller.abort();
    this.#engine.close();
    void this.#options.prompts.close().then(closed);
  }
}

function packUpdate(update: Update, vocabulary: Vocabulary): HostUpdate {
  if (update.kind !== 'text') return update;
  const { tokens, ...rest } = update;
  return tokens ? { ...rest, tokens: packTokens(tokens, vocabulary) } : rest;
}

/** How many of the best tokens to list for each token of the prompt, for either purpose. */
function scoring(
  { promptLogprobs, echoLogprobs }: ResolvedRequest,
  echoSpan: TextSpan | undefined,
): { promptLogprobs?: number } {
  const counts = [promptLogprobs, echoSpan && echoLogprobs].filter((count) => count !== undefined);
  return counts.length > 0 ? { promptLogprobs: Math.max(...counts) } : {};
}

function ignoredPrediction(reason: string): ParameterReportEntry {
  return { name: 'prediction', change: 'ignored', detail: `It only saves time; ${reason}.` };
}

function reasoningLimit({ share, ...marks }: ReasoningBudgetPlan, answerTokens: number): ReasoningLimit {
  return { ...marks, tokens: Math.max(1, Math.floor(share * answerTokens)) };
}

function tooLong(param: string, prompt: number, wanted: number, room: number, isLeast: boolean): ApiError {
  return new ApiError({
    status: 400,
    type: 'invalid_request_error',
    code: 'context_length_exceeded',
    param,
    message:
      `The context holds ${prompt + room} tokens; the prompt has ${prompt} and the answer ${isLeast ? 'must' : 'may'} have ${wanted}, ` +
      `${prompt + wanted} together. ${room > 0 ? `At most ${room} tokens are left for the answer.` : 'Shorten the prompt.'}`,
  });
}

function stack(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
