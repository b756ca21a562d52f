import v8 from 'node:v8';
import type { ChatRequest } from '../../core/complete.ts';
import type { PreparedBadWords } from '../options.ts';

/** The parameters that decide what the prompt is. */
export const PROMPT_PARAMETERS = [
  'tools',
  'tool_choice',
  'functions',
  'function_call',
  'documents',
  'reasoning_effort',
  'add_generation_prompt',
  'continue_final_message',
  'add_special_tokens',
  'echo',
  'chat_template',
  'chat_template_kwargs',
  'bad_words',
] as const;

export type PromptParameters = Partial<
  Pick<ChatRequest['parameters'], (typeof PROMPT_PARAMETERS)[number] & keyof ChatRequest['parameters']>
>;

/** The part of a ChatRequest that becomes a prompt. A ChatRequest is one. */
export interface PromptRequest {
  readonly input: ChatRequest['input'];
  readonly parameters: PromptParameters;
  /** JSON of the OutputForm that the answer must have; it is compiled here to find its mistakes. */
  readonly output?: string;
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
  const { input, output } = request;
  const packed: PromptRequest = { input, parameters, ...(output !== undefined && { output }) };
  return v8.serialize(packed);
}

/** Only of bytes that `packPrompt` made. */
export function unpackPrompt(packed: PackedPrompt): PromptRequest {
  return v8.deserialize(packed) as PromptRequest;
}

export interface Prepared {
  readonly tokens: number[];
  /** The prompt as text, without markers. */
  readonly text: string;
  /** Text to put before the answer, when `echo` asks for it. */
  readonly echo: string | undefined;
  /** Undefined where `bad_words` names none. */
  readonly badWords: PreparedBadWords | undefined;
  /** What the caller sent and the chat template does not read: `documents`, `chat_template_kwargs`, `messages[].name`. */
  readonly ignored: readonly string[];
}
