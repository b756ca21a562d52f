import { ApiError, internalError, invalidRequest } from '@parley/protocol/errors';
import type { FinishReason } from '../core/event.ts';
import { OpenRequest } from './open-request.ts';
import type { SequenceOptions } from './options.ts';
import type { Runtime, TokenId } from './runtime.ts';
import { deriveSeed } from './sampler/random.ts';
import { SequenceSampler } from './sampler/sampler.ts';
import { SamplerWorkspace } from './sampler/workspace.ts';
import { type Chunk, Scheduler, type SchedulerOptions } from './scheduler.ts';
import { Sequence } from './sequence.ts';
import type { CacheMove } from './slots.ts';
import { EngineCounters, type EngineStats } from './stats.ts';
import { OutputText } from './text/output-text.ts';
import { tokenInfo } from './text/token-info.ts';
import { TokenText } from './text/token-text.ts';
import type { Update } from './update.ts';

export interface EngineRequest {
  /** Unique among the open ones. */
  readonly id: number;
  readonly prompt: readonly TokenId[];
  readonly options: SequenceOptions;
  /** Choices to generate. */
  readonly n: number;
  readonly seed: bigint;
  readonly priority: number;
  readonly salt: string;
  /** When it reached the server, in milliseconds of the engine's clock. */
  readonly arrivedAt: number;
}

export interface EngineOptions extends Omit<SchedulerOptions, 'slots' | 'batchLimit' | 'partialPrefix'> {
  readonly runtime: Runtime;
  /** Receives what a step brought, at most once per step. */
  readonly emit: (updates: Update[]) => void;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  readonly log: (message: string, error: unknown) => void;
}

/** Continuous batching over one model. One step is plan, decode, sample, commit. It knows no thread and no clock. */
export class Engine {
  readonly #runtime: Runtime;
  readonly #scheduler: Scheduler;
  readonly #workspace: SamplerWorkspace;
  readonly #tokenText: TokenText;
  readonly #options: EngineOptions;
  readonly #requests = new Map<number, OpenRequest>();
  readonly #counters = new EngineCounters();
  #updates: Update[] = [];

  constructor(options: EngineOptions) {
    const { runtime } = options;
    this.#options = options;
    this.#runtime = runtime;
    this.#scheduler = new Scheduler({
      ...options,
      slots: runtime.sequenceLimit,
      batchLimit: runtime.batchLimit,
      partialPrefix: runtime.partialPrefix,
    });
    this.#workspace = new SamplerWorkspace(runtime.vocabulary.size);
    this.#tokenText = new TokenText(runtime.vocabulary);
  }

  /** Queues a request. Throws an ApiError when it can never run. */
  add(request: EngineRequest): void {
    const { contextLength } = this.#runtime;
    if (request.prompt.length < 1) throw invalidRequest('messages', 'The prompt has no tokens.');
    if (request.prompt.length >= contextLength) {
      throw invalidRequest(
        'messages',
        `The prompt has ${request.prompt.length} tokens; the context holds ${contextLength}, one of them for the answer.`,
        'context_length_exceeded',
      );
    }
    const sequences: Sequence[] = [];
    for (let choice = 0; choice < request.n; choice++) {
      const seed = deriveSeed(request.seed, choice);
      const init = { ...request, request: request.id, choice, seed, leader: sequences[0] };
      sequences.push(new Sequence(init, contextLength));
    }
    this.#requests.set(request.id, new OpenRequest(request, sequences));
    for (const sequence of sequences) this.#scheduler.add(sequence);
  }

  /** Ends a request without a word; unknown ids are ignored, because the end may have crossed the cancellation. */
  cancel(id: number): void {
    const request = this.#requests.get(id);
    if (!request) return;
    this.#counters.cancelled++;
    this.#drop(request);
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
    for (const request of [...this.#requests.values()]) this.#drop(request);
    this.#runtime.close();
  }

  #decode(chunks: readonly Chunk[], begun: number): number {
    const admitted = chunks.filter(({ sequence }) => !sequence.sampler);
    for (const { sequence } of admitted) this.#prepare(sequence, begun);
    this.#fillBatch(chunks);
    const before = this.#options.now();
    this.#runtime.decode();
    const decodeMs = this.#options.now() - before;
    this.#counters.step(chunks, decodeMs);
    let row = 0;
    for (const chunk of chunks) {
      chunk.sequence.computed += chunk.count;
      if (!chunk.output) continue;
      const logits = this.#runtime.logits(row++);
      // An earlier row may have ended the whole request.
      if (!chunk.sequence.ended) this.#sample(chunk.sequence, logits);
    }
    return decodeMs;
  }

  #prepare(sequence: Sequence, now: number): void {
    const { options, tokens, promptLength, seed } = sequence;
    const { vocabulary } = this.#runtime;
    const prompt = tokens.subarray(0, promptLength);
    sequence.sampler = new SequenceSampler(options.sampling, vocabulary, this.#workspace, prompt, seed);
    sequence.text = new OutputText(options.text, this.#tokenText);
    this.#counters.cachedTokens += sequence.cached;
    this.#requests.get(sequence.request)?.admit(sequence, now);
  }

  #fillBatch(chunks: readonly Chunk[]): void {
    const { batch } = this.#runtime;
    let row = 0;
    for (const { sequence, start, count, output } of chunks) {
      for (let i = 0; i < count; i++, row++) {
        batch.tokens[row] = sequence.tokens[start + i];
        batch.positions[row] = start + i;
        batch.sequences[row] = sequence.slot as number;
        batch.outputs[row] = output && i === count - 1 ? 1 : 0;
      }
    }
    batch.length = row;
  }

  #sample(sequence: Sequence, logits: Float32Array): void {
    const { sampler } = sequence;
    if (!sampler) throw new Error('a sequence was decoded before it was prepared');
    try {
      const sample = sampler.sample(logits);
      sequence.append(sample.token);
      const info = sample.logprob === undefined ? undefined : tokenInfo(sample, this.#runtime.vocabulary);
      this.#commit(sequence, sample.token, info);
    } catch (error) {
      this.#failRequest(sequence.request, error);
    }
  }

  #commit(sequence: Sequence, token: TokenId, info: Parameters<OutputText['push']>[1]): void {
    const { options, sampled } = sequence;
    const { sampling, text: textOptions, maxTokens } = options;
    const text = sequence.text as OutputText;
    if (sampled === 1) this.#firstToken(sequence.request);
    const isStopId = sampling.stopTokenIds.includes(token);
    const isEnd = !sampling.ignoreEos && this.#runtime.vocabulary.endOfGeneration.has(token);
    if (isStopId || isEnd) {
      if (textOptions.includeStop) this.#emitPiece(sequence, text.push(token, info, false));
      this.#end(sequence, 'stop', isStopId ? token : undefined);
      return;
    }
    const piece = text.push(token, info, sampled >= sampling.minTokens);
    this.#emitPiece(sequence, piece);
    if (piece?.stopped !== undefined) this.#end(sequence, 'stop', piece.stopped);
    else if (sampled >= maxTokens || sequence.length >= this.#runtime.contextLength)
      this.#end(sequence, 'length');
  }

  #firstToken(id: number): void {
    const request = this.#requests.get(id);
    if (!request?.firstToken(this.#options.now())) return;
    this.#updates.push({ kind: 'prompt', request: id, ...request.promptUsage });
  }

  #emitPiece(sequence: Sequence, piece: ReturnType<OutputText['push']>): void {
    if (!piece) return;
    const { request, choice } = sequence;
    const { text, tokenCount, tokens } = piece;
    sequence.reported += tokenCount;
    this.#updates.push({ kind: 'text', request, choice, text, tokenCount, ...(tokens && { tokens }) });
  }

  #end(sequence: Sequence, reason: FinishReason, stop?: string | number): void {
    const { request: id, choice } = sequence;
    this.#emitPiece(sequence, sequence.text?.flush());
    const tokenCount = sequence.sampled - sequence.reported;
    this.#updates.push({
      kind: 'end',
      request: id,
      choice,
      reason,
      tokenCount,
      ...(stop !== undefined && { stop }),
    });
    sequence.ended = true;
    this.#scheduler.remove(sequence);
    const request = this.#requests.get(id);
    if (!request?.finish(sequence)) return;
    this.#requests.delete(id);
    this.#updates.push({ kind: 'done', request: id, ...request.summary(this.#options.now()) });
  }

  #applyMoves(moves: readonly CacheMove[]): void {
    for (const move of moves) {
      if (move.kind === 'copy') this.#runtime.copyPrefix(move.from, move.to, move.length);
      else this.#runtime.truncate(move.slot, move.length);
    }
  }

  #failRequest(id: number, error: unknown): void {
    const request = this.#requests.get(id);
    if (!request) return;
    if (!(error instanceof ApiError)) this.#options.log('a request failed in the engine', error);
    const reason =
      error instanceof ApiError ? error : internalError('The engine failed on this request.', error);
    this.#updates.push({ kind: 'failed', request: id, error: reason.toOptions() });
    this.#drop(request);
  }

  /** After a failed decode nothing in the cache can be trusted. */
  #failAll(error: unknown): void {
    this.#options.log('the model failed', error);
    for (const id of [...this.#requests.keys()]) {
      this.#failRequest(
        id,
        internalError('The model failed while it was answering. Please try again.', error),
      );
    }
    this.#applyMoves(this.#scheduler.slots.clear());
  }

  #drop(request: OpenRequest): void {
    this.#requests.delete(request.id);
    for (const sequence of request.sequences) {
      sequence.ended = true;
      this.#scheduler.remove(sequence);
    }
  }

  #flushUpdates(): void {
    if (this.#updates.length === 0) return;
    const updates = this.#updates;
    this.#updates = [];
    this.#options.emit(updates);
  }
}
