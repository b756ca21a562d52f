import { ApiError, internalError } from '@parley/protocol/errors';
import type { Guide } from './constraint/guide.ts';
import { Guides } from './constraint/guides.ts';
import { fillBatch } from './fill-batch.ts';
import { type EngineRequest, openRequest } from './open-request.ts';
import { OpenRequests } from './open-requests.ts';
import type { Runtime, TokenId } from './runtime.ts';
import { SequenceSampler } from './sampler/sampler.ts';
import { SamplerWorkspace } from './sampler/workspace.ts';
import { type Chunk, Scheduler, type SchedulerOptions } from './scheduler.ts';
import type { Sequence } from './sequence.ts';
import type { CacheMove } from './slots.ts';
import { EngineCounters, type EngineStats } from './stats.ts';
import { OutputText } from './text/output-text.ts';
import { tokenInfo } from './text/token-info.ts';
import { TokenText } from './text/token-text.ts';
import type { Update } from './update.ts';

export interface EngineOptions
  extends Omit<SchedulerOptions, 'slots' | 'batchLimit' | 'partialPrefix' | 'leastPiece'> {
  readonly runtime: Runtime;
  /** Receives what a step brought, at most once per step. */
  readonly emit: (updates: Update[]) => void;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  readonly log: (message: string, error: unknown) => void;
}

/** Most tokens of one sequence that a step takes over from its form. */
const MAX_FORCED = 16;

/** Continuous batching over one model. One step is plan, decode, sample, commit. It knows no thread and no clock. */
export class Engine {
  readonly #runtime: Runtime;
  readonly #scheduler: Scheduler;
  readonly #workspace: SamplerWorkspace;
  readonly #tokenText: TokenText;
  readonly #guides: Guides;
  /** So that the running sequences always fit into a batch. */
  readonly #forcedLimit: number;
  readonly #options: EngineOptions;
  readonly #requests: OpenRequests;
  readonly #counters = new EngineCounters();

  constructor(options: EngineOptions) {
    const { runtime } = options;
    this.#options = options;
    this.#runtime = runtime;
    this.#scheduler = new Scheduler({
      ...options,
      slots: runtime.sequenceLimit,
      batchLimit: runtime.batchLimit,
      partialPrefix: runtime.partialPrefix,
      leastPiece: runtime.invariantRows,
    });
    this.#workspace = new SamplerWorkspace(runtime.vocabulary.size);
    this.#tokenText = new TokenText(runtime.vocabulary);
    this.#guides = new Guides(runtime);
    this.#forcedLimit = Math.min(MAX_FORCED, Math.floor(runtime.batchLimit / options.parallel) - 1);
    this.#requests = new OpenRequests({
      endOfGeneration: runtime.vocabulary.endOfGeneration,
      contextLength: runtime.contextLength,
      now: options.now,
      onEnd: (sequence) => this.#scheduler.remove(sequence),
    });
  }

  /** Queues a request. Throws an ApiError when it can never run. */
  add(request: EngineRequest): void {
    const open = openRequest(request, this.#runtime.contextLength);
    this.#requests.add(open);
    for (const sequence of open.sequences) this.#scheduler.add(sequence);
  }

  /** Ends a request without a word; unknown ids are ignored, because the end may have crossed the cancellation. */
  cancel(id: number): void {
    if (this.#drop(id)) this.#counters.cancelled++;
  }

  /** Whether a step would find work. */
  get busy(): boolean {
    return this.#requests.size > 0;
  }

  step(): void {
    const begun = this.#options.now();
    const { moves, chunks } = this.#scheduler.plan();
    let decodeMs = 0;
    try {
      this.#applyMoves(moves);
      if (chunks.length > 0) decodeMs = this.#decode(chunks, begun);
    } catch (error) {
      this.#failAll(error);
    }
    this.#flushUpdates();
    this.#counters.overheadMs += this.#options.now() - begun - decodeMs;
  }

  stats(): EngineStats {
    const slots = this.#scheduler.slots;
    const { contextLength, sequenceLimit } = this.#runtime;
    return {
      ...this.#counters.snapshot(),
      running: slots.running,
      waiting: this.#scheduler.waiting,
      slots: this.#options.parallel,
      cellsUsed: slots.cells.used,
      cellsCached: slots.cells.cached,
      cells: contextLength * sequenceLimit,
    };
  }

  close(): void {
    for (const id of this.#requests.ids) this.#drop(id);
    this.#runtime.close();
  }

  #decode(planned: readonly Chunk[], begun: number): number {
    for (const { sequence } of planned) if (!sequence.sampler) this.#prepare(sequence, begun);
    const chunks = planned.filter(({ sequence }) => !sequence.ended);
    if (chunks.length === 0) return 0;
    fillBatch(this.#runtime.batch, chunks);
    const before = this.#options.now();
    this.#runtime.decode();
    const decodeMs = this.#options.now() - before;
    this.#counters.step(chunks, decodeMs);
    // All before any is sampled: a row that fails its request releases the slots of the others with it.
    for (const { sequence, count } of chunks) sequence.computed += count;
    for (const [row, { sequence }] of chunks.filter(({ output }) => output).entries()) {
      if (!sequence.ended) this.#sample(sequence, this.#runtime.logits(row));
    }
    return decodeMs;
  }

  /** Makes what an admitted sequence needs to be sampled; options that do not fit the vocabulary fail its request alone. */
  #prepare(sequence: Sequence, now: number): void {
    const { options, tokens, promptLength, seed } = sequence;
    const { vocabulary } = this.#runtime;
    const prompt = tokens.subarray(0, promptLength);
    try {
      sequence.sampler = new SequenceSampler(options.sampling, vocabulary, this.#workspace, prompt, seed);
      sequence.text = new OutputText(options.text, this.#tokenText);
      sequence.guide = options.output
        ? this.#guides.start(options.output, { mayEnd: !options.sampling.ignoreEos })
        : undefined;
    } catch (error) {
      this.#failRequest(sequence.request, error);
      return;
    }
    this.#counters.cachedTokens += sequence.cached;
    this.#requests.get(sequence.request)?.admit(sequence, now);
  }

  #sample(sequence: Sequence, logits: Float32Array): void {
    const { sampler } = sequence;
    if (!sampler) throw new Error('a sequence was decoded before it was prepared');
    try {
      const sample = sampler.sample(logits, sequence.guide?.mask());
      sequence.append(sample.token);
      const info = sample.logprob === undefined ? undefined : tokenInfo(sample, this.#runtime.vocabulary);
      this.#requests.commit(sequence, sample.token, info);
      if (sequence.guide && !sequence.ended) this.#follow(sequence, sequence.guide, sample.token);
    } catch (error) {
      this.#failRequest(sequence.request, error);
    }
  }

  /** Moves the form on by the token; where only one text can follow, that needs no model. */
  #follow(sequence: Sequence, guide: Guide, token: TokenId): void {
    const { sampler, options } = sequence;
    guide.advance(token);
    // With log probabilities every token has to be computed.
    if (sampler && options.sampling.logprobs === undefined) {
      for (const forced of guide.takeForced(this.#forcedLimit)) {
        sampler.record(forced);
        sequence.append(forced);
        this.#counters.completionTokens++;
        this.#requests.commit(sequence, forced, undefined);
        if (sequence.ended) return;
      }
    }
    if (guide.finished) this.#requests.complete(sequence);
  }

  #applyMoves(moves: readonly CacheMove[]): void {
    for (const move of moves) {
      if (move.kind === 'copy') this.#runtime.copyPrefix(move.from, move.to, move.length);
      else this.#runtime.truncate(move.slot, move.length);
    }
  }

  #failRequest(id: number, error: unknown): void {
    if (!this.#drop(id)) return;
    if (!(error instanceof ApiError)) this.#options.log('a request failed in the engine', error);
    const reason =
      error instanceof ApiError ? error : internalError('The engine failed on this request.', error);
    this.#requests.fail(id, reason);
  }

  /** After a failed decode nothing in the cache can be trusted. */
  #failAll(error: unknown): void {
    this.#options.log('the model failed', error);
    for (const id of this.#requests.ids) {
      this.#failRequest(
        id,
        internalError('The model failed while it was answering. Please try again.', error),
      );
    }
    this.#applyMoves(this.#scheduler.slots.clear());
  }

  /** Takes the request out, wherever it is. False when it has ended already. */
  #drop(id: number): boolean {
    const request = this.#requests.get(id);
    if (!request) return false;
    this.#requests.delete(id);
    for (const sequence of request.sequences) {
      sequence.ended = true;
      this.#scheduler.remove(sequence);
    }
    return true;
  }

  #flushUpdates(): void {
    const updates = this.#requests.takeUpdates();
    if (updates.length > 0) this.#options.emit(updates);
  }
}
