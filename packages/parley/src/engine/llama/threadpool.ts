import koffi from 'koffi';
import type { LlamaLibrary, Pointer } from './library.ts';

/** `ggml_threadpool_params`: 512 bools of CPU mask, then n_threads, priority and poll as 32-bit numbers, then two bools. */
const PARAMS_BYTES = 1024;
const POLL_OFFSET = 512 + 8;
export const MAX_THREADS = 512;

/** Threads that live as long as the context, instead of new ones for every step. */
export interface Threadpool {
  readonly pointer: Pointer;
  /** Only after the context that uses it is freed. */
  free(): void;
}

/** `poll` is how eagerly idle threads spin: 0 sleeps at once, 100 spins longest, ggml's default is 50. */
export function createThreadpool(library: LlamaLibrary, threads: number, poll: number): Threadpool {
  const create = library.cpuFunction('ggml_threadpool_new');
  const free = library.cpuFunction('ggml_threadpool_free');
  if (!create || !free) throw new Error('The CPU backend of llama.cpp offers no thread pool.');
  const params = new Uint8Array(PARAMS_BYTES);
  library.threadpoolParamsInit(params, threads);
  new DataView(params.buffer).setUint32(POLL_OFFSET, poll, true);
  const pointer: unknown = koffi.call(create, koffi.proto('void *', ['void *']), params);
  if (typeof pointer !== 'bigint') throw new Error(`A pool of ${threads} threads could not be created.`);
  return { pointer, free: () => koffi.call(free, koffi.proto('void', ['void *']), pointer) };
}
