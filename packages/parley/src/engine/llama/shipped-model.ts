/** Test support: the model that ships with the repository, and what torch in float32 says of it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Reference {
  readonly text: string;
  readonly ids: readonly number[];
  /** The five best next tokens with their probabilities. */
  readonly top: readonly (readonly [id: number, probability: number])[];
  readonly greedy: readonly number[];
  readonly greedyText: string;
}

const MODELS = fileURLToPath(new URL('../../../../../models/', import.meta.url));

export const QUANTIZED_MODEL = path.join(MODELS, 'parley-tiny-q8_0.gguf');
export const EXACT_MODEL = path.join(MODELS, 'parley-tiny-f16.gguf');

export function references(): readonly Reference[] {
  return JSON.parse(readFileSync(path.join(MODELS, 'reference.json'), 'utf8')) as Reference[];
}

/** A folder that is gone after `use`. */
export async function withFolder<T>(use: (folder: string) => Promise<T> | T): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-llama-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
