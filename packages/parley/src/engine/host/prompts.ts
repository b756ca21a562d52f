import type { PackedPrompt, Prepared } from '../prompt/request.ts';

/** From messages to tokens, away from the engine's loop: templates and tokenizers may take their time. */
export interface Prompts {
  /** Rejects with an ApiError when the template fails, loops, or the prompt cannot fit. */
  prepare(request: PackedPrompt, signal: AbortSignal): Promise<Prepared>;
  /** The same for a prompt of any length. */
  tokenize(request: PackedPrompt, signal: AbortSignal): Promise<Prepared>;
  close(): Promise<void>;
}
