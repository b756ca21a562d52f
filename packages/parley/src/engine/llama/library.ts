import process from 'node:process';
import koffi from 'koffi';
import type { LibraryHandle, LlamaLibrary, StructType } from './declarations.ts';
import { declare } from './declarations.ts';
import type { StructLayout } from './layout.ts';
import {
  BATCH,
  BATCH_SIZE,
  CONTEXT_PARAMS,
  CONTEXT_PARAMS_SIZE,
  checkDefaults,
  MODEL_PARAMS,
  MODEL_PARAMS_SIZE,
  PINNED_VERSION,
} from './layout.ts';
import type { LlamaLibraries } from './locate.ts';

export type { LlamaLibrary, Pointer, Struct } from './declarations.ts';

/**
 * Where llama.cpp's own log goes. Its callback is process-wide and is called from any thread: a JavaScript function there
 * would wait for an event loop that may itself be waiting inside a native call. So the choices are native:
 * `none` (a C function without effect) or `stderr` (llama.cpp's own writer, for a parent process that reads it).
 */
export type LlamaLog = 'none' | 'stderr';

/**
 * Opens the libraries and declares what is used of them. Throws an Error when the version or a struct differs from what
 * the declarations were written for. Types are anonymous in koffi, so any number of loads in a thread is fine.
 */
export function loadLibrary(libraries: LlamaLibraries, log: LlamaLog = 'none'): LlamaLibrary {
  const base = koffi.load(libraries.base);
  const ggml = koffi.load(libraries.ggml);
  const llama = koffi.load(libraries.llama);
  const version: unknown = llama.func('llama_version', 'str', [])();
  if (version !== PINNED_VERSION) {
    throw new Error(
      `${libraries.llama} is llama.cpp ${String(version)}, but this program is made for ${PINNED_VERSION}. Install the exact version that package.json names.`,
    );
  }
  // Any C function without parameters is a valid no-op: surplus arguments stay in registers unread.
  const quiet: unknown = log === 'none' ? base.symbol('ggml_version') : null;
  llama.func('llama_log_set', 'void', ['void *', 'void *'])(quiet, null);
  setAbortWriter(base);

  const modelParams = struct('model parameters', MODEL_PARAMS, MODEL_PARAMS_SIZE);
  const contextParams = struct('context parameters', CONTEXT_PARAMS, CONTEXT_PARAMS_SIZE);
  const batch = struct('batch', BATCH, BATCH_SIZE);
  const functions = declare({ base, ggml, llama }, { modelParams, contextParams, batch });
  const loadBackends = ggml.func('ggml_backend_load_all_from_path', 'void', ['str']);
  const backendCount = ggml.func('ggml_backend_reg_count', 'size_t', []);
  const library: LlamaLibrary = {
    version,
    folder: libraries.folder,
    ...functions,
    trimHeap: heapTrimmer(),
    loadBackends() {
      if (Number(backendCount()) === 0) loadBackends(libraries.folder);
      if (Number(backendCount()) === 0) {
        throw new Error(`No compute backend for this machine was found in ${libraries.folder}.`);
      }
    },
  };
  checkDefaults('model', MODEL_PARAMS, library.modelDefaultParams());
  checkDefaults('context', CONTEXT_PARAMS, library.contextDefaultParams());
  return library;
}

function struct(what: string, layout: StructLayout, expectedSize: number): StructType {
  const type = koffi.struct(
    Object.fromEntries(Object.entries(layout).map(([field, [fieldType]]) => [field, fieldType])),
  );
  const size = koffi.sizeof(type);
  if (size !== expectedSize) {
    throw new Error(
      `llama.cpp's ${what} would take ${size} bytes on ${process.platform}-${process.arch} instead of ${expectedSize}: this platform is not supported.`,
    );
  }
  return type;
}

/** A failed GGML_ASSERT ends the process. libc's `perror` then writes the reason to stderr as the last line, without JavaScript. */
function setAbortWriter(base: LibraryHandle): void {
  const libc = koffi.load(process.platform === 'win32' ? 'ucrtbase.dll' : null);
  base.func('ggml_set_abort_callback', 'void *', ['void *'])(libc.symbol('perror'));
}

function heapTrimmer(): () => void {
  if (process.platform !== 'linux') return () => {};
  const libc = koffi.load(null);
  try {
    const trim = libc.func('malloc_trim', 'int', ['size_t']);
    return () => void trim(0);
  } catch {
    // Only glibc has it; musl gives memory back by itself.
    return () => {};
  }
}
