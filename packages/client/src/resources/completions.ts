import type { Send } from '../call.ts';
import { type CreateCompletion, creator } from './create.ts';

export interface Completions {
  /** Continues a text or token ids: whole, or with `stream: true` in chunks. */
  readonly create: CreateCompletion;
}

export function completions(send: Send): Completions {
  return { create: creator(send, '/completions') };
}
