import { ApiError, internalError } from '@parley/protocol/errors';
import { GatedText } from './answer/gated-text.ts';
import { MarkSets, type Marks } from './answer/marks.ts';
import { ReasoningBudget } from './answer/reasoning-budget.ts';
import { BeamRunner } from './beam-runner.ts';
import { Forms } from './constraint/forms.ts';
import type { Guide } from './constraint/guide.ts';
import { checkDrafts } from './draft-check.ts';
import { fillBatch } from './fill-batch.ts';
import { type EngineRequest, openRequest } from './open-request.ts';
import { OpenRequests } from './open-requests.ts';
import type { ReasoningLimit } from './options.ts';
import { QueueDeadlines } from './queue-deadlines.ts';
import type { Runtime, TokenId } from './runtime.ts';
import { openChain, type ProcessorRegistry } from './sampler/processor.ts';
import { PromptScores } from './sampler/prompt-scores.ts';
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
  extends Omit<SchedulerOptions, 'slots' | 'batchLimit' | 'outputLimit' | 'partialPrefix' | 'leastPiece'> {
  readonly runtime: Runtime;
  /** What the operator has registered. Default: nothing. */
  readonly processors?: ProcessorRegistry;
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
  readonly #forms: Forms;
  readonly #markSets: MarkSets;
  readonly #only: Uint32Array;
  /** So that the running sequences always fit into a batch. */
  readonly #forcedLimit: number;
  readonly #options: EngineOptions;
  readonly #requests: OpenRequests;
  readonly #beams: BeamRunner;
  readonly #deadlines = new QueueDeadlines();
  readonly #counters = new EngineCounters();
  /** Time that steps spent amid others. */
  #interruptedMs = 0;

  constructor(options: EngineOptions) {
    const { runtime } = options;
    this.#options = options;
    this.#runtime = runtime;
    this.#scheduler = new Scheduler({
      ...options,
      slots: runtime.sequenceLimit,
      batchLimit: runtime.batchLimit,
      outputLimit: runtime.outputLimit,
      partialPrefix: runtime.partialPrefix,
      leastPiece: runtime.invariantRows,
    });
    this.#workspace = new SamplerWorkspace(runtime.vocabulary.size);
    this.#tokenText = new TokenText(runtime.vocabulary);
    this.#markSets = new MarkSets(runtime.vocabulary);
    this.#forms = new Forms({
      runtime,
      markSets: this.#markSets,
      now: options.now,
      step: () => this.#interrupt(),
      fail: (request, error) => this.#failRequest(request, error),
    });
    this.#only = new Uint32Array((runtime.vocabulary.size + 31) >> 5);
    this.#forcedLimit = Math.min(MAX_FORCED, Math.floor(runtime.batchLimit / options.parallel) - 1);
    this.#requests = new OpenRequests({
      endOfGeneration: runtime.vocabulary.endOfGeneration,
      contextLength: runtime.contextLength,
      now: options.now,
      onEnd: (sequence) => this.#scheduler.remove(sequence),
    });
    this.#beams = new BeamRunner({
      vocabulary: runtime.vocabulary,
      workspace: this.#workspace,
      contextLength: runtime.contextLength,
      parallel: options.parallel,
      requests: this.#requests,
      move: (moves) => this.#applyMoves(moves),
      remove: (sequence) => this.#scheduler.remove(sequence),
      prepare: (sequence) => this.#prepare(sequence, options.now()),
      fail: (request, error) => this.#failRequest(request, error),
    });
  }

  /** Queues a request. Throws an ApiError when it can never run. */
  add(request: EngineRequest): void {
    const open = openRequest(request, this.#runtime.contextLength);
    this.#beams.start(open.sequences, request);
    this.#requests.add(open);
    const { id, arrivedAt, queueLimitMs } = request;
    if (queueLimitMs !== undefined) this.#deadlines.add(id, arrivedAt, queueLimitMs);
    this.#forms.add(open.sequences);
    for (const sequence of open.queued) this.#scheduler.add(sequence);
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
    const interruptedMs = this.#interruptedMs;
    for (const { request, refusal } of this.#deadlines.overdue(begun)) this.#failRequest(request, refusal);
    this.#forms.work();
    const { moves, chunks } = this.#scheduler.plan();
    let decodeMs = 0;
    try {
      this.#applyMoves(moves);
      if (chunks.length > 0) decodeMs = this.#decode(chunks, this.#options.now());
    } catch (error) {
      this.#failAll(error);
    }
    this.#flushUpdates();
    const ownMs = this.#options.now() - begun - (this.#interruptedMs - interruptedMs);
    this.#counters.overheadMs += ownMs - decodeMs;
  }

  /** A step amid another one, which does long work on a form. */
  #interrupt(): void {
    const before = this.#interruptedMs;
    const begun = this.#options.now();
    this.step();
    this.#interruptedMs = before + this.#options.now() - begun;
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
    const drafting = chunks
      .filter(({ drafts }) => drafts)
      .map(({ sequence }) => ({ sequence, slot: sequence.slot }));
    let row = 0;
    for (const chunk of chunks) {
      if (chunk.outputs > 0 && !chunk.sequence.ended) this.#read(chunk, row);
      row += chunk.outputs;
    }
    this.#beams.advance(chunks.map(({ sequence }) => sequence));
    for (const { sequence, slot } of drafting)
      if (slot !== undefined) this.#runtime.truncate(slot, sequence.computed);
    return decodeMs;
  }

  /** Takes what the model gave for a chunk; the first of its wanted rows is `row`. */
  #read(chunk: Chunk, row: number): void {
    const { sequence, start, outputs, drafts } = chunk;
    if (sequence.scored && start < sequence.promptLength) this.#score(chunk, row);
    if (sequence.prefilling || sequence.ended) return;
    // What comes next is known already: its form left no choice.
    if (sequence.computed < sequence.length) return;
    if (sequence.options.maxTokens === 0) this.#requests.endEmpty(sequence);
    else if (sequence.search)
      this.#beams.read(sequence, sequence.search, this.#runtime.logits(row + outputs - 1));
    else this.#sampleRows(chunk, row + outputs - 1 - (drafts?.length ?? 0));
  }

  /** `row` is the row of the last token that is known. */
  #sampleRows(chunk: Chunk, row: number): void {
    checkDrafts(chunk, (at) => {
      if (at > 0) this.#counters.completionTokens++;
      this.#sample(chunk.sequence, this.#runtime.logits(row + at));
    });
  }

  #score({ sequence, start, outputs }: Chunk, row: number): void {
    try {
      sequence.scores?.addRows(start, outputs, (at) => this.#runtime.logits(row + at), this.#workspace);
    } catch (error) {
      this.#failRequest(sequence.request, error);
    }
  }

  /** Makes what an admitted sequence needs to be sampled; options that do not fit the vocabulary fail its request alone. */
  #prepare(sequence: Sequence, now: number): void {
    const { options, tokens, promptLength, seed } = sequence;
    const { vocabulary } = this.#runtime;
    const prompt = tokens.subarray(0, promptLength);
    try {
      const { sampling } = options;
      const workspace = this.#workspace;
      const place = { vocabulary, workspace, prompt };
      const chain = openChain(sampling.logitsProcessors, this.#options.processors, place);
      sequence.sampler = new SequenceSampler(sampling, vocabulary, workspace, prompt, seed, chain);
      const marks = this.#markSets.of(options.marks ?? []);
      const text = new OutputText(options.text, this.#tokenText, marks.ids);
      sequence.text = options.shape
        ? new GatedText(text, options.shape, (token) => this.#tokenText.bytes(token))
        : text;
      if (sequence.scored) sequence.scores = new PromptScores(prompt, options.promptLogprobs ?? 0);
      sequence.guide = this.#forms.guide(sequence, marks);
      sequence.reasoning = options.reasoning && this.#reasoningBudget(options.reasoning, marks);
    } catch (error) {
      this.#failRequest(sequence.request, error);
      return;
    }
    this.#counters.cachedTokens += sequence.cached;
    this.#deadlines.delete(sequence.request);
    this.#requests.get(sequence.request)?.admit(sequence, now);
  }

  #sample(sequence: Sequence, logits: Float32Array): void {
    const { sampler } = sequence;
    if (!sampler) throw new Error('a sequence was decoded before it was prepared');
    try {
      const only = sequence.guide?.due ?? sequence.reasoning?.next;
      const mask = only === undefined ? sequence.guide?.mask() : this.#onlyMask(only);
      const sample = sampler.sample(logits, mask);
      sequence.reasoning?.advance(this.#tokenText.bytes(sample.token));
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
    const wasDue = guide.due !== undefined;
    guide.advance(token);
    if (!wasDue) this.#force(sequence, guide);
    if (sequence.ended || guide.due !== undefined) return;
    if (guide.finished) this.#requests.complete(sequence);
    else this.#forms.moved(sequence);
  }

  /** With log probabilities a forced token has to wait for the logits before it. */
  #force(sequence: Sequence, guide: Guide): void {
    const { sampler, options } = sequence;
    // Another parameter may forbid what the form forces.
    if (!sampler || sampler.changesLogits) return;
    const isTold = options.sampling.logprobs !== undefined;
    for (const forced of guide.takeForced(this.#forcedLimit, isTold)) {
      sampler.record(forced);
      sequence.reasoning?.advance(this.#tokenText.bytes(forced));
      sequence.append(forced);
      this.#counters.completionTokens++;
      this.#requests.commit(sequence, forced, undefined);
      if (sequence.ended) return;
    }
  }

  #reasoningBudget({ tokens, forcedEnd, ...block }: ReasoningLimit, marks: Marks): ReasoningBudget {
    const closing = marks.tokenize(forcedEnd, (text) => this.#runtime.tokenizeText(text));
    return new ReasoningBudget({ ...block, limit: tokens, closing });
  }

  /** A mask with one token: a view that is valid until the next call. */
  #onlyMask(token: TokenId): Uint32Array {
    return this.#only.fill(0).fill(1 << (token & 31), token >> 5, (token >> 5) + 1);
  }

  #applyMoves(moves: readonly CacheMove[]): void {
    for (const move of moves) {
      if (move.kind === 'copy') this.#runtime.copyPrefix(move.from, move.to, move.length);
      else this.#runtime.truncate(move.slot, move.length);
    }
  }

  #failRequest(id: number, error: unknown): void {
    if (!this.#drop(id)) return;
    const cause = error instanceof ApiError ? error.cause : error;
    if (cause !== undefined) this.#options.log('a request failed in the engine', cause);
    const reason =
      error instanceof ApiError ? error : internalError('The engine failed on this request.', error);
    this.#requests.fail(id, reason);
  }

  /** After a failed decode nothing in the cache can be trusted. */
  #failAll(error: unknown): void {
    this.#options.log('the model failed', error);
    for (const id of this.#requests.ids) {
      this.#failRequest(id, internalError('The model failed while it was answering. Please try again.'));
    }
    this.#applyMoves(this.#scheduler.slots.clear());
  }

  /** Takes the request out, wherever it is. False when it has ended already. */
  #drop(id: number): boolean {
    const request = this.#requests.get(id);
    if (!request) return false;
    this.#requests.delete(id);
    this.#deadlines.delete(id);
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
