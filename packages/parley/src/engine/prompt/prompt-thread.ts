import { Worker } from 'node:worker_threads';
import { ApiError, internalError, invalidRequest, overloaded } from '@parley/protocol/errors';
import type { DialectNames } from '../answer/dialects.ts';
import type { TokenId } from '../runtime.ts';
import type { PackedPrompt, Prepared } from './request.ts';
import type { PromptAnswer, PromptJob, WorkerSettings } from './wire.ts';

export interface PromptThreadOptions {
  readonly modelPath: string;
  /** Tokens of prompt and completion together. */
  readonly contextLength: number;
  /** Whether requests may bring a template of their own. Default false. */
  readonly allowRequestTemplate?: boolean;
  /** Jinja source in place of the model's own. */
  readonly chatTemplate?: string | undefined;
  /** Formats of calls and reasoning in place of those that the template shows. */
  readonly formats?: Partial<DialectNames> | undefined;
  /** Default 1000. */
  readonly renderTimeoutMilliseconds?: number;
  /** Time for one job in all; a thread that needs longer is replaced. Default 30,000. */
  readonly jobTimeoutMilliseconds?: number;
  /** JavaScript heap of the thread. Default 1024. */
  readonly heapMebibytes?: number;
  /** Jobs that run or wait; more are refused with 429. Default 256. */
  readonly inFlightLimit?: number;
  readonly now?: () => Date;
}

interface Task {
  readonly job: PromptJob;
  readonly resolve: (answer: PromptAnswer) => void;
  readonly reject: (error: unknown) => void;
  /** Whether nobody waits for it any more. */
  readonly isGone: () => boolean;
}

const RETRY_AFTER_SECONDS = 1;
const STACK_MEBIBYTES = 4;
/**
 * Jobs that the thread is given ahead. The thread that hands them out computes between two of its turns, so one at a time
 * would be one a step.
 */
const POSTED_LIMIT = 32;

/**
 * Templates and tokenizer on a thread of their own, which does one job after the other. A job that ends the thread (memory,
 * time) is answered with a 400, and the next job gets a new thread.
 */
export class PromptThread {
  readonly #settings: WorkerSettings;
  readonly #options: PromptThreadOptions;
  readonly #waiting: Task[] = [];
  /** What the thread has, in the order of its answers; it works on the first. */
  #posted: Task[] = [];
  #worker: Worker | undefined;
  #ready = false;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: PromptThreadOptions) {
    this.#options = options;
    this.#settings = {
      modelPath: options.modelPath,
      contextLength: options.contextLength,
      allowRequestTemplate: options.allowRequestTemplate ?? false,
      chatTemplate: options.chatTemplate,
      renderTimeoutMilliseconds: options.renderTimeoutMilliseconds ?? 1000,
      formats: options.formats,
    };
    this.#start();
  }

  /** Jobs that run or wait. */
  get inFlight(): number {
    return this.#waiting.length + this.#posted.length;
  }

  /** Text and tokens of a request. Rejects with an ApiError, or with the signal's reason. */
  async prepare(request: PackedPrompt, signal: AbortSignal): Promise<Prepared> {
    return this.#prepared('prepare', request, signal);
  }

  /** Like `prepare`, but any length is fine. */
  async tokenize(request: PackedPrompt, signal: AbortSignal): Promise<Prepared> {
    return this.#prepared('tokenize', request, signal);
  }

  async detokenize(tokens: readonly TokenId[], signal: AbortSignal): Promise<string> {
    const answer = await this.#submit({ kind: 'detokenize', tokens }, signal);
    if (answer.kind === 'text') return answer.text;
    throw failureOf(answer);
  }

  /** Ends the thread; jobs that run or wait are rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const worker = this.#worker;
    this.#worker = undefined;
    const error = closedError();
    for (const task of [...this.#posted.splice(0), ...this.#waiting.splice(0)]) task.reject(error);
    await worker?.terminate();
  }

  async #prepared(
    kind: 'prepare' | 'tokenize',
    request: PackedPrompt,
    signal: AbortSignal,
  ): Promise<Prepared> {
    const nowMilliseconds = (this.#options.now?.() ?? new Date()).getTime();
    const answer = await this.#submit({ kind, request, nowMilliseconds }, signal);
    if (answer.kind === 'prepared') return answer.prepared;
    throw failureOf(answer);
  }

  #submit(job: PromptJob, signal: AbortSignal): Promise<PromptAnswer> {
    const limit = this.#options.inFlightLimit ?? 256;
    if (signal.aborted) return Promise.reject(signal.reason);
    if (this.#closed) return Promise.reject(closedError());
    if (this.inFlight >= limit) {
      return Promise.reject(overloaded(`${limit} prompts are being prepared already.`, RETRY_AFTER_SECONDS));
    }
    const { promise, resolve, reject } = Promise.withResolvers<PromptAnswer>();
    const task: Task = { job, resolve, reject, isGone: () => signal.aborted };
    const abort = (): void => {
      const index = this.#waiting.indexOf(task);
      if (index >= 0) this.#waiting.splice(index, 1);
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    this.#waiting.push(task);
    this.#next();
    return promise.finally(() => signal.removeEventListener('abort', abort));
  }

  #next(): void {
    if (this.#closed || this.#waiting.length === 0) return;
    const worker = this.#worker ?? this.#start();
    if (!this.#ready) return;
    const tasks = this.#waiting.splice(0, POSTED_LIMIT - this.#posted.length);
    if (tasks.length === 0) return;
    if (this.#posted.length === 0) this.#watch(worker);
    this.#posted.push(...tasks);
    worker.ref();
    for (const { job } of tasks) worker.postMessage(job);
  }

  /** Gives the job that the thread works on its time. */
  #watch(worker: Worker): void {
    const timeout = this.#options.jobTimeoutMilliseconds ?? 30_000;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#end(
        worker,
        invalidRequest('messages', `The prompt was not ready after ${timeout} ms.`, 'template_timeout'),
      );
      void worker.terminate();
    }, timeout);
  }

  #start(): Worker {
    const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
    const worker = new Worker(new URL(`./worker${extension}`, import.meta.url), {
      workerData: this.#settings,
      resourceLimits: {
        maxOldGenerationSizeMb: this.#options.heapMebibytes ?? 1024,
        stackSizeMb: STACK_MEBIBYTES,
      },
    });
    this.#worker = worker;
    this.#ready = false;
    worker.on('message', (answer: PromptAnswer) => this.#answered(worker, answer));
    worker.on('error', (error) => this.#end(worker, deathOf(error)));
    worker.on('exit', (code) =>
      this.#end(worker, deathOf(new Error(`The prompt thread ended with ${code}.`))),
    );
    return worker;
  }

  #answered(worker: Worker, answer: PromptAnswer): void {
    if (worker !== this.#worker) return;
    if (answer.kind === 'ready') {
      this.#ready = true;
    } else {
      this.#posted.shift()?.resolve(answer);
      if (this.#posted.length > 0) this.#watch(worker);
      else clearTimeout(this.#timer);
    }
    // An idle thread does not keep the process alive.
    if (this.inFlight === 0) worker.unref();
    this.#next();
  }

  /**
   * The thread is gone, and with it the job that it worked on; the others go to the next thread. One that never became
   * ready would fail again, so then all jobs fail.
   */
  #end(worker: Worker, error: ApiError): void {
    if (worker !== this.#worker) return;
    clearTimeout(this.#timer);
    this.#worker = undefined;
    const [culprit, ...others] = this.#posted;
    this.#posted = [];
    culprit?.reject(error);
    this.#waiting.unshift(...others.filter(({ isGone }) => !isGone()));
    for (const task of this.#ready ? [] : this.#waiting.splice(0)) task.reject(error);
    this.#next();
  }
}

function deathOf(error: unknown): ApiError {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return invalidRequest(
      'messages',
      'The chat template needs too much memory for this conversation.',
      'template_error',
    );
  }
  return internalError('The prompt could not be prepared.', error);
}

function failureOf(answer: PromptAnswer): ApiError {
  if (answer.kind === 'refused') return new ApiError(answer.error);
  const detail = answer.kind === 'failed' ? answer.message : `unexpected answer '${answer.kind}'`;
  return internalError('The prompt could not be prepared.', new Error(detail));
}

function closedError(): ApiError {
  return new ApiError({
    status: 503,
    type: 'server_error',
    code: 'shutting_down',
    message: 'The model is being shut down.',
  });
}
