/** What PromptThread and its worker say to each other. */
import type { ApiErrorOptions } from '@parley/protocol';
import type { DialectNames } from '../answer/dialects.ts';
import type { TokenId } from '../runtime.ts';
import type { PackedPrompt, Prepared } from './request.ts';

export interface WorkerSettings {
  readonly modelPath: string;
  readonly contextLength: number;
  readonly allowRequestTemplate: boolean;
  readonly chatTemplate: string | undefined;
  readonly renderTimeoutMilliseconds: number;
  readonly formats: Partial<DialectNames> | undefined;
}

export type PromptJob =
  | {
      readonly kind: 'prepare' | 'tokenize';
      readonly request: PackedPrompt;
      readonly nowMilliseconds: number;
    }
  | { readonly kind: 'detokenize'; readonly tokens: readonly TokenId[] };

export type PromptAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'prepared'; readonly prepared: Prepared }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'refused'; readonly error: ApiErrorOptions }
  | { readonly kind: 'failed'; readonly message: string };
