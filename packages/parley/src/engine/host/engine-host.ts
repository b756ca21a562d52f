import { ApiError, type ApiErrorOptions, internalError } from '@parley/protocol/errors';
import type { TokenizedPrompt } from '../../core/complete.ts';
import { PackedVocabulary } from '../packed-vocabulary.ts';
import { type PromptRequest, packPrompt } from '../prompt/request.ts';
import type { ResolvedRequest } from '../resolve.ts';
import type { Vocabulary } from '../runtime.ts';
import type { EngineStats } from '../stats.ts';
import type { HostConfig } from './config.ts';
import type { HostUpdate, Report } from './messages.ts';
import { type EnginePort, type Isolation, openEnginePort } from './port.ts';
import { UpdateQueue } from './update-queue.ts';

export interface HostOptions {
  readonly config: HostConfig;
  readonly isolation: Isolation;
  readonly log: (level: 'debug' | 'error', message: string) => void;
}

export interface OpenCall {
  /** What each step brought. Ends after `done`, throws when the call fails or the engine dies. */
  readonly updates: UpdateQueue;
  /** Ends the call on the engine; its cells are free at the next step. */
  cancel(): void;
}

interface Pending<T> {
  resolve(value: T): void;
  reject(error: ApiError): void;
}

/** An engine in its own thread or process, as the server sees it. Calls that are open when it dies fail. */
export class EngineHost {
  readonly vocabulary: Vocabulary;
  readonly contextLength: number;
  /** Why predictions are of no use; undefined where they are. */
  readonly noDrafts: string | undefined;
  /** Resolves, with a word on why, when the engine is gone. */
  readonly exited: Promise<string>;
  readonly #port: EnginePort;
  readonly #log: HostOptions['log'];
  readonly #calls = new Map<number, UpdateQueue>();
  readonly #tokenizing = new Map<number, Pending<TokenizedPrompt>>();
  #nextId = 1;
  #stats: EngineStats | undefined;
  #dead = false;

  /** Resolves when the model is loaded; rejects with the reason when it cannot be. */
  static async start(options: HostOptions): Promise<EngineHost> {
    const port = openEnginePort(options.isolation, options.config);
    const exited = new Promise<string>((resolve) => port.onExit(resolve));
    const ready = new Promise<Extract<Report, { type: 'ready' }>>((resolve, reject) => {
      port.onReport((report) => {
        if (report.type === 'ready') resolve(report);
        if (report.type === 'fatal') reject(new Error(report.message));
        if (report.type === 'log') options.log(report.level, report.message);
      });
      void exited.then((reason) => reject(new Error(`the engine ended while it was loading: ${reason}`)));
    });
    try {
      return new EngineHost(port, exited, await ready, options.log);
    } catch (error) {
      await port.kill();
      throw error;
    }
  }

  private constructor(
    port: EnginePort,
    exited: Promise<string>,
    ready: Extract<Report, { type: 'ready' }>,
    log: HostOptions['log'],
  ) {
    this.#port = port;
    this.#log = log;
    this.vocabulary = new PackedVocabulary(ready.vocabulary);
    this.contextLength = ready.contextLength;
    this.noDrafts = ready.noDrafts;
    this.exited = exited;
    port.onReport((report) => this.#receive(report));
    void exited.then(() => this.#fail());
  }

  /** Calls and tokenizations that have not ended. */
  get open(): number {
    return this.#calls.size + this.#tokenizing.size;
  }

  /** As of the last step; undefined before the first. */
  get stats(): EngineStats | undefined {
    return this.#stats;
  }

  complete(prompt: PromptRequest, resolved: ResolvedRequest, seed: bigint): OpenCall {
    const id = this.#nextId++;
    const updates = new UpdateQueue();
    if (this.#dead) {
      updates.fail(engineDied());
      return { updates, cancel: () => {} };
    }
    this.#calls.set(id, updates);
    this.#port.post({ type: 'complete', id, prompt: packPrompt(prompt), resolved, seed });
    return {
      updates,
      cancel: () => {
        if (this.#calls.delete(id)) this.#port.post({ type: 'cancel', id });
      },
    };
  }

  tokenize(prompt: PromptRequest, signal: AbortSignal): Promise<TokenizedPrompt> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      if (this.#dead) return reject(engineDied());
      const abort = () => {
        if (!this.#tokenizing.delete(id)) return;
        this.#port.post({ type: 'cancel', id });
        reject(cancelled());
      };
      if (signal.aborted) return reject(cancelled());
      signal.addEventListener('abort', abort, { once: true });
      const settle = () => signal.removeEventListener('abort', abort);
      this.#tokenizing.set(id, {
        resolve: (value) => [settle(), resolve(value)],
        reject: (error) => [settle(), reject(error)],
      });
      this.#port.post({ type: 'tokenize', id, prompt: packPrompt(prompt) });
    });
  }

  /** Ends the engine: politely, or by force once `graceMs` has passed. */
  async close(graceMs = 5_000): Promise<void> {
    this.#port.post({ type: 'close' });
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, graceMs);
    await Promise.race([this.exited, promise]);
    clearTimeout(timer);
    await this.#port.kill();
  }

  #receive(report: Report): void {
    switch (report.type) {
      case 'updates':
        this.#stats = report.stats ?? this.#stats;
        this.#deliver(report.updates);
        return;
      case 'stats':
        this.#stats = report.stats;
        return;
      case 'tokens': {
        const pending = this.#tokenizing.get(report.id);
        this.#tokenizing.delete(report.id);
        const { tokens, text, ignored } = report;
        pending?.resolve({ tokens: [...tokens], text, ignored });
        return;
      }
      case 'failed':
        this.#failCall(report.id, report.error);
        return;
      case 'fatal':
        this.#log('error', report.message);
        return;
      case 'log':
      case 'ready':
        return;
    }
  }

  #deliver(updates: readonly HostUpdate[]): void {
    for (const update of updates) {
      const queue = this.#calls.get(update.request);
      if (update.kind === 'failed') this.#failCall(update.request, update.error);
      else queue?.push(update);
      if (update.kind === 'done') this.#calls.delete(update.request);
    }
  }

  #failCall(id: number, options: ApiErrorOptions): void {
    const error = new ApiError(options);
    this.#calls.get(id)?.fail(error);
    this.#tokenizing.get(id)?.reject(error);
    this.#calls.delete(id);
    this.#tokenizing.delete(id);
  }

  #fail(): void {
    this.#dead = true;
    for (const id of [...this.#calls.keys(), ...this.#tokenizing.keys()]) {
      this.#failCall(id, engineDied().toOptions());
    }
  }
}

/** Why is for the log: it may name files of this machine. */
function engineDied(): ApiError {
  return internalError("The model's engine ended unexpectedly. Please try again.");
}

function cancelled(): ApiError {
  return new ApiError({
    status: 499,
    type: 'invalid_request_error',
    code: 'cancelled',
    message: 'The caller went away.',
  });
}
