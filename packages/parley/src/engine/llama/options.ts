import { availableParallelism } from 'node:os';
import type { LlamaLog } from './library.ts';
import { MAX_THREADS } from './threadpool.ts';

export interface LlamaOptions {
  readonly modelPath: string;
  /** Tokens that one sequence can hold. Default: what the model was trained for, at most 4096. */
  readonly contextLength?: number;
  /** How many sequences exist side by side. */
  readonly sequences: number;
  /** Compute threads. Default: one fewer than there are cores, because ggml's threads spin while they wait. */
  readonly threads?: number;
  /** Keeps the compute threads for the life of the runtime; `poll` 0..100 is how eagerly idle ones spin. */
  readonly threadpool?: { readonly poll: number };
  /** Rows of one batch. Default 512. */
  readonly batchLimit?: number;
  /**
   * Rows of one batch whose logits can be wanted. Default: one a sequence and some for prompts whose logits are wanted.
   * Each costs four bytes a vocabulary entry.
   */
  readonly outputLimit?: number;
  /** Layers computed by a GPU, where the libraries have one. Default: llama.cpp's choice. */
  readonly gpuLayers?: number;
  /**
   * One pool of KV cells for all sequences instead of one each. Copies of prefixes then share cells and cost
   * microseconds, but every step looks at all cells. Default false.
   */
  readonly unified?: boolean;
  /** Default: off on the CPU, where logits then depend neither on the batch nor on the number of threads. */
  readonly flashAttention?: 'on' | 'off' | 'auto';
  readonly log?: LlamaLog;
  /** From 0 to 1, called on this thread while the model loads. */
  readonly onProgress?: (fraction: number) => void;
}

const DEFAULT_CONTEXT_LIMIT = 4096;
const DEFAULT_BATCH_LIMIT = 512;
const MAX_CONTEXT = 1 << 24;
const MAX_BATCH = 1 << 16;
/** Enough to cut a prompt into pieces of eight rows, wherever its end falls. */
const PROMPT_OUTPUTS = 16;

/** Every option that is a number, decided and checked. */
export interface ResolvedOptions {
  readonly contextLength: number;
  readonly sequences: number;
  readonly threads: number;
  readonly batchLimit: number;
  readonly outputLimit: number;
  readonly unified: boolean;
  readonly flashAttention: 'on' | 'off' | 'auto';
}

/** `trained` is the context of the model's training, 0 when unknown. */
export function resolveOptions(
  options: LlamaOptions,
  trained: number,
  maxSequences: number,
): ResolvedOptions {
  const longest = trained > 0 ? Math.min(trained, MAX_CONTEXT) : MAX_CONTEXT;
  const { sequences } = options;
  const contextLength = options.contextLength ?? Math.min(longest, DEFAULT_CONTEXT_LIMIT);
  const threads = options.threads ?? Math.max(1, availableParallelism() - 1);
  const batchLimit = options.batchLimit ?? DEFAULT_BATCH_LIMIT;
  inRange('sequences', sequences, maxSequences);
  inRange('contextLength', contextLength, longest);
  inRange('threads', threads, MAX_THREADS);
  inRange('batchLimit', batchLimit, MAX_BATCH);
  const outputLimit = options.outputLimit ?? Math.min(outputRows(sequences + PROMPT_OUTPUTS), batchLimit);
  inRange('outputLimit', outputLimit, batchLimit);
  const flashAttention = options.flashAttention ?? (options.gpuLayers ? 'auto' : 'off');
  const poll = options.threadpool?.poll ?? 0;
  if (!Number.isInteger(poll) || poll < 0 || poll > 100) {
    throw new RangeError(`threadpool.poll must be a whole number in 0..100, not ${poll}.`);
  }
  if (contextLength * sequences >= 2 ** 31) {
    throw new RangeError(
      `contextLength ${contextLength} times ${sequences} sequences is more than 2^31 cells.`,
    );
  }
  return {
    contextLength,
    sequences,
    threads,
    batchLimit,
    outputLimit,
    unified: options.unified ?? false,
    flashAttention,
  };
}

/**
 * A power of two from 64 on: with 20 to 24 rows prompts took 1.4 times as long as with 16, 64 or 512, for reasons of
 * memory layout.
 */
export function outputRows(least: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(least, 64)));
}

function inRange(name: string, value: number, maximum: number): void {
  if (!Number.isInteger(value) || value < 1 || value > maximum) {
    throw new RangeError(`${name} must be a whole number in 1..${maximum}, not ${value}.`);
  }
}
