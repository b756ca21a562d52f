import koffi from 'koffi';
import { explainLoadFailure } from './explain.ts';
import { describeModel } from './gguf/describe.ts';
import type { LlamaLibrary, Pointer, Struct } from './library.ts';

/**
 * Opens a GGUF file. It is checked in TypeScript first; what native code then still refuses (an unknown architecture, a
 * missing tensor, too little memory) is explained with llama.cpp's own words.
 */
export function openModel(
  library: LlamaLibrary,
  modelPath: string,
  overrides: Struct,
  onProgress?: (fraction: number) => void,
): Pointer {
  describeModel(modelPath);
  const progress = onProgress && registerProgress(onProgress);
  try {
    const model = library.loadModel(modelPath, {
      ...library.modelDefaultParams(),
      progress_callback: progress ?? null,
      ...overrides,
    });
    if (model) return model;
  } finally {
    if (progress !== undefined) koffi.unregister(progress);
  }
  throw new Error(
    `llama.cpp cannot load ${modelPath}: ${explainLoadFailure(modelPath, overrides.vocab_only === true)}`,
  );
}

/** llama.cpp reports progress on the thread that loads, so a JavaScript callback is safe here. */
function registerProgress(onProgress: (fraction: number) => void): bigint {
  const signature = koffi.pointer(koffi.proto('bool', ['float', 'void *']));
  return koffi.register((fraction: number) => {
    onProgress(fraction);
    return true;
  }, signature);
}
