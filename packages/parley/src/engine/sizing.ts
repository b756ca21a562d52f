import type { ModelDescription } from './llama/gguf/describe.ts';

/** What the operator asked for; everything else is decided from the model. */
export interface SizeWish {
  /** Tokens per sequence. */
  readonly contextLength?: number;
  /** Sequences that may run at once. */
  readonly parallel?: number;
}

export interface Size {
  readonly contextLength: number;
  readonly parallel: number;
  /** `parallel` and the places that keep prefixes. */
  readonly slots: number;
}

const DEFAULT_CONTEXT = 4096;
const MAX_DEFAULT_PARALLEL = 16;
/** Idle places of running sequences keep prefixes too; these are what they leave when all are busy. */
const MAX_PREFIX_SLOTS = 4;
/** The cache is resident from the start, so defaults are bounded by memory. */
const RUNNING_BYTES = 2 * 2 ** 30;
const PREFIX_BYTES = 2 ** 30;
const UNKNOWN_BYTES_PER_TOKEN = 128 * 1024;
const F16_BYTES = 2;
/** `llama_max_parallel_sequences` of the pinned version. */
const MAX_SLOTS = 256;

/** How many sequences of which length fit, by the size of the model's KV cells in f16. */
export function chooseSize(model: ModelDescription, wish: SizeWish): Size {
  const contextLength =
    wish.contextLength ?? Math.min(model.contextLength ?? DEFAULT_CONTEXT, DEFAULT_CONTEXT);
  const slotBytes = contextLength * bytesPerToken(model);
  const parallel = wish.parallel ?? clamp(Math.floor(RUNNING_BYTES / slotBytes), 1, MAX_DEFAULT_PARALLEL);
  const room = Math.max(0, Math.min(parallel, MAX_PREFIX_SLOTS, MAX_SLOTS - parallel));
  const prefixes = clamp(Math.floor(PREFIX_BYTES / slotBytes), 0, room);
  return { contextLength, parallel, slots: parallel + prefixes };
}

function bytesPerToken(model: ModelDescription): number {
  const { blockCount, embeddingLength, headCount, headCountKv } = model;
  if (!blockCount || !embeddingLength || !headCount) return UNKNOWN_BYTES_PER_TOKEN;
  const { keyLength = embeddingLength / headCount, valueLength = embeddingLength / headCount } = model;
  return blockCount * (headCountKv ?? headCount) * (keyLength + valueLength) * F16_BYTES;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
