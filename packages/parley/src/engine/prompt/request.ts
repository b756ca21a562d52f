import v8 from 'node:v8';
import type { ChatRequest } from '../../core/complete.ts';
import type { ParameterReportEntry } from '../../core/report.ts';
import type { AnswerPlan } from '../answer/plan.ts';
import type { PreparedBadWords } from '../options.ts';
import type { TokenId } from '../runtime.ts';

/** The parameters that decide what the prompt is. */
export const PROMPT_PARAMETERS = [
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'functions',
  'function_call',
  'stop',
  'response_format',
  'structured_outputs',
  'documents',
  'reasoning_effort',
  'disable_reasoning',
  'clear_thinking',
  'include_reasoning',
  'reasoning_format',
  'add_generation_prompt',
  'continue_final_message',
  'add_special_tokens',
  'echo',
  'chat_template',
  'chat_template_kwargs',
  'bad_words',
  'prediction',
  'truncate_prompt_tokens',
  'max_completion_tokens',
  'max_tokens',
  'min_completion_tokens',
  'min_tokens',
] as const;

export type PromptParameters = Partial<
  Pick<ChatRequest['parameters'], (typeof PROMPT_PARAMETERS)[number] & keyof ChatRequest['parameters']>
>;

/** The part of a ChatRequest that becomes a prompt. A ChatRequest is one. */
export interface PromptRequest {
  readonly input: ChatRequest['input'];
  readonly parameters: PromptParameters;
}

/**
 * A request as bytes. On its way to the thread where templates run it passes the engine's thread, which would otherwise
 * build and take apart every message again while all sequences wait.
 */
export type PackedPrompt = Uint8Array;

/** Leaves out what a prompt does not need. */
export function packPrompt(request: PromptRequest): PackedPrompt {
  const parameters = Object.fromEntries(
    PROMPT_PARAMETERS.map((name) => [name, request.parameters[name]]).filter(
      ([, value]) => value !== undefined,
    ),
  ) as PromptParameters;
  return v8.serialize({ input: request.input, parameters } satisfies PromptRequest);
}

/** Only of bytes that `packPrompt` made. */
export function unpackPrompt(packed: PackedPrompt): PromptRequest {
  return v8.deserialize(packed) as PromptRequest;
}

/** Some of a prompt's tokens: without `skip` bytes of the first and `drop` bytes of the last. */
export interface TextSpan {
  readonly start: number;
  /** Behind the last one. */
  readonly end: number;
  readonly skip: number;
  readonly drop: number;
}

export interface Prepared {
  readonly tokens: number[];
  /** The prompt as text, without markers. */
  readonly text: string;
  /** Text to put before the answer, when `echo` asks for it. */
  readonly echo: string | undefined;
  /** Its tokens, where they can be told. */
  readonly echoSpan?: TextSpan | undefined;
  /** Undefined where `bad_words` names none. */
  readonly badWords: PreparedBadWords | undefined;
  /** What the caller sent and the chat template does not read: `documents`, `chat_template_kwargs`, `messages[].name`. */
  readonly ignored: readonly string[];
  /** Tokens of the text that the answer is expected to repeat. */
  readonly prediction?: readonly TokenId[] | undefined;
  /** JSON of the OutputForm that the answer must have; it has been compiled once, so it has no mistakes. */
  readonly output?: string;
  /** Of the answer to a conversation. */
  readonly plan?: AnswerPlan;
  /** Parameters that are honoured in another way than by the template. */
  readonly changes?: readonly ParameterReportEntry[];
}
