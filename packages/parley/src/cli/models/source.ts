import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { failure } from '../failure.ts';
import type { HubReference } from '../hub/reference.ts';

export const EMBEDDED_MODEL = 'parley-tiny';

/** Where the weights of a model come from. */
export type ModelSource =
  | { readonly kind: 'embedded' }
  /** Absolute path. */
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'hub'; readonly reference: HubReference };

/** The file that ships with parley: beside the package when published, else in the repository. */
export function embeddedModelPath(): string {
  const file = `models/${EMBEDDED_MODEL}-q8_0.gguf`;
  const candidates = [`../../../${file}`, `../../../../../${file}`].map((relative) =>
    fileURLToPath(new URL(relative, import.meta.url)),
  );
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined)
    throw failure(`The embedded model is missing; looked for ${candidates.join(' and ')}.`);
  return found;
}
