import type { DialectNames } from '../answer/dialects.ts';

/** Everything an engine needs to know before it starts; it crosses a thread or process boundary. */
export interface HostConfig {
  readonly model: ModelSource;
  /** Sequences that may run at once. */
  readonly parallel: number;
  /** Places in the KV cache, at least `parallel`; the rest keeps prefixes. */
  readonly slots: number;
  /** Rows of one batch. */
  readonly batchLimit: number;
  /** Prompt tokens per step while other sequences are generating. */
  readonly promptBudget: number;
  readonly templates: TemplateConfig;
  /** Absolute paths of modules with the operator's logits processors. Default: none. */
  readonly logitsProcessors?: readonly string[];
  /** Whether llama.cpp writes its log to standard error. */
  readonly nativeLog: boolean;
}

export type FlashAttention = 'on' | 'off' | 'auto';

export type ModelSource = GgufSource | ToySource;

export interface GgufSource {
  readonly kind: 'gguf';
  readonly path: string;
  /** Tokens that one sequence can hold. */
  readonly contextLength: number;
  /** Compute threads. Default: one fewer than there are cores. */
  readonly threads?: number;
  /** Layers to keep on an accelerator. */
  readonly gpuLayers: number;
  readonly flashAttention: FlashAttention;
}

/** The model without weights, for tests of everything around the model. */
export interface ToySource {
  readonly kind: 'toy';
  readonly contextLength: number;
  /** Ends the process when this token is decoded: what a failed assertion in native code does. */
  readonly crashOnToken?: number;
}

export interface TemplateConfig {
  /** In place of the model's own. */
  readonly chatTemplate?: string;
  /** Formats of calls and reasoning in place of those that the template shows. */
  readonly formats?: Partial<DialectNames>;
  /** Whether a request may bring its own template. */
  readonly allowRequestTemplate: boolean;
  readonly renderTimeoutMilliseconds: number;
}
