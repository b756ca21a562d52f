import type { LlamaLibrary, Pointer } from './library.ts';
import { openModel } from './model.ts';
import type { LlamaOptions, ResolvedOptions } from './options.ts';
import { outputRows, resolveOptions } from './options.ts';
import type { Threadpool } from './threadpool.ts';
import { createThreadpool } from './threadpool.ts';

/** `llama_flash_attn_type` */
const FLASH_ATTENTION = { auto: -1, off: 0, on: 1 } as const;

/** A model with a context: native memory that lives until `free`. */
export interface LlamaContext {
  readonly model: Pointer;
  readonly context: Pointer;
  readonly memory: Pointer;
  readonly options: ResolvedOptions;
  /** Whether a sequence can be cut back to any of its prefixes. */
  readonly partialPrefix: boolean;
  free(): void;
}

/** Opens model and context; on failure nothing stays allocated. */
export function openContext(library: LlamaLibrary, options: LlamaOptions): LlamaContext {
  const gpu = options.gpuLayers === undefined ? {} : { n_gpu_layers: options.gpuLayers };
  const model = openModel(library, options.modelPath, gpu, options.onProgress);
  try {
    return createContext(library, model, options);
  } catch (error) {
    library.freeModel(model);
    throw error;
  }
}

function createContext(library: LlamaLibrary, model: Pointer, options: LlamaOptions): LlamaContext {
  if (!library.modelHasDecoder(model) || library.modelHasEncoder(model)) {
    throw new Error(`${options.modelPath} is no text-generating decoder model.`);
  }
  const resolved = resolveOptions(
    options,
    library.modelTrainedContext(model),
    Number(library.maxSequences()),
  );
  const context = library.createContext(model, {
    ...library.contextDefaultParams(),
    n_ctx: resolved.contextLength * resolved.sequences,
    n_batch: resolved.batchLimit,
    n_ubatch: resolved.batchLimit,
    n_seq_max: resolved.sequences,
    n_outputs_max: outputRoom(resolved),
    n_threads: resolved.threads,
    n_threads_batch: resolved.threads,
    kv_unified: resolved.unified,
    flash_attn_type: FLASH_ATTENTION[resolved.flashAttention],
  });
  if (!context) throw new Error(memoryAdvice(options.modelPath, resolved));
  const memory = library.memory(context);
  if (!memory || library.contextPerSequence(context) < resolved.contextLength) {
    library.freeContext(context);
    throw new Error(
      `${options.modelPath}: llama.cpp made no cache of ${resolved.contextLength} tokens a sequence.`,
    );
  }
  let pool: Threadpool | undefined;
  try {
    pool = attachPool(library, context, options, resolved.threads);
  } catch (error) {
    library.freeContext(context);
    throw error;
  }
  const partialPrefix = !library.modelIsRecurrent(model) && !library.modelIsHybrid(model);
  const free = (): void => {
    library.freeContext(context);
    pool?.free();
    library.freeModel(model);
    library.trimHeap();
  };
  return { model, context, memory, options: resolved, partialPrefix, free };
}

/** llama.cpp makes room for one row a sequence in any case, and aborts where this is less. */
function outputRoom({ outputLimit, sequences, batchLimit }: ResolvedOptions): number {
  return Math.max(sequences, Math.min(outputRows(Math.max(outputLimit, sequences)), batchLimit));
}

function attachPool(
  library: LlamaLibrary,
  context: Pointer,
  options: LlamaOptions,
  threads: number,
): Threadpool | undefined {
  if (options.threadpool === undefined) return undefined;
  const pool = createThreadpool(library, threads, options.threadpool.poll);
  library.attachThreadpool(context, pool.pointer);
  return pool;
}

function memoryAdvice(modelPath: string, { contextLength, sequences }: ResolvedOptions): string {
  return `${modelPath}: llama.cpp could not make a context of ${sequences} sequences with ${contextLength} tokens each; with less of either it needs less memory.`;
}
