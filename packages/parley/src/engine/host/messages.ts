import type { ApiErrorOptions } from '@parley/protocol';
import type { ParameterReportEntry } from '../../core/report.ts';
import type { DialectNames } from '../answer/dialects.ts';
import type { AnswerRules } from '../answer/format.ts';
import type { PackedTokens } from '../packed-tokens.ts';
import type { PackedVocabularyData } from '../packed-vocabulary.ts';
import type { PackedPrompt, TextSpan } from '../prompt/request.ts';
import type { ResolvedRequest } from '../resolve.ts';
import type { TokenId } from '../runtime.ts';
import type { EngineStats } from '../stats.ts';
import type { Update } from '../update.ts';

export type Command =
  | {
      readonly type: 'complete';
      readonly id: number;
      readonly prompt: PackedPrompt;
      readonly resolved: ResolvedRequest;
      readonly seed: bigint;
    }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'tokenize'; readonly id: number; readonly prompt: PackedPrompt }
  | { readonly type: 'close' };

/** Token infos travel packed. */
export type HostUpdate = Exclude<Update, { kind: 'text' }> | PackedText | Started;
export type PackedText = Omit<Extract<Update, { kind: 'text' }>, 'tokens'> & {
  readonly tokens?: PackedTokens;
};

/** The prompt is tokenised and queued. */
export interface Started {
  readonly kind: 'started';
  readonly request: number;
  /** Text of the last message, when it is to be put before the answer. */
  readonly echo?: string;
  /** Its tokens, where they can be told. */
  readonly echoSpan?: TextSpan;
  /** Of the prompt, when they were asked for. */
  readonly promptTokenIds?: readonly TokenId[];
  /** Parameters that the chat template does not read. */
  readonly ignored?: readonly string[];
  /** How the answer is to be read; absent for text that is what it is. */
  readonly answer?: { readonly names: DialectNames; readonly opening: AnswerRules['reasoning'] };
  readonly changes?: readonly ParameterReportEntry[];
}

export type Report =
  | {
      readonly type: 'ready';
      readonly vocabulary: PackedVocabularyData;
      readonly contextLength: number;
      readonly noDrafts: string | undefined;
    }
  | { readonly type: 'updates'; readonly updates: readonly HostUpdate[]; readonly stats?: EngineStats }
  | { readonly type: 'stats'; readonly stats: EngineStats }
  | {
      readonly type: 'tokens';
      readonly id: number;
      readonly tokens: readonly TokenId[];
      readonly text: string;
      readonly ignored: readonly string[];
    }
  | { readonly type: 'failed'; readonly id: number; readonly error: ApiErrorOptions }
  | { readonly type: 'log'; readonly level: 'debug' | 'error'; readonly message: string }
  /** The last words of an engine that could not start. */
  | { readonly type: 'fatal'; readonly message: string };
