import type { ChatRequest } from '../core/complete.ts';
import type { Usage } from '../core/event.ts';
import type { SentCall, Transcript } from './policies/transcript.ts';

export interface TokenEstimate {
  readonly prompt: number;
  readonly completion: number;
  readonly total: number;
}

/** English text has about four characters to a token in the vocabularies of today. */
const CHARACTERS_PER_TOKEN = 4;
/** Of an image or another medium: what OpenAI counts for a large one. */
const TOKENS_PER_MEDIUM = 1_000;
/** Of an answer whose length nobody bounds. */
const USUAL_ANSWER = 256;

/** Before a call, without a tokenizer: for limits and prices, not for bills. */
export function estimateTokens(request: ChatRequest): TokenEstimate {
  const { max_completion_tokens, max_tokens, n } = request.parameters;
  const prompt = promptTokens(request);
  const completion = (max_completion_tokens ?? max_tokens ?? USUAL_ANSWER) * (n ?? 1);
  return { prompt, completion, total: prompt + completion };
}

/** Of an answer whose upstream tells nothing of it. Events of a stream are mostly a token each, those of a body are not. */
export function estimatedUsage(request: ChatRequest, sent: Transcript): Usage {
  const characters = [sent.text, sent.reasoning, sent.refusal, ...[...sent.calls.values()].map(callText)];
  const length = characters.reduce((sum, each) => sum + each.length, 0);
  const reasoning = Math.ceil(sent.reasoning.length / CHARACTERS_PER_TOKEN);
  const completion = Math.max(sent.tokens, Math.ceil(length / CHARACTERS_PER_TOKEN));
  return {
    promptTokens: promptTokens(request),
    cachedTokens: 0,
    completionTokens: completion,
    reasoningTokens: Math.min(reasoning, completion),
  };
}

function callText({ name, arguments: text }: SentCall): string {
  return name + text;
}

function promptTokens({ input, parameters }: ChatRequest): number {
  switch (input.kind) {
    case 'tokens':
      return input.tokens.length;
    case 'text':
      return Math.ceil(input.text.length / CHARACTERS_PER_TOKEN);
    case 'messages': {
      let tokens = 0;
      for (const message of input.messages) tokens += contentTokens(message.content);
      const tools = parameters.tools ?? parameters.functions;
      return tokens + (tools ? Math.ceil(JSON.stringify(tools).length / CHARACTERS_PER_TOKEN) : 0);
    }
  }
}

function contentTokens(content: unknown): number {
  if (typeof content === 'string') return Math.ceil(content.length / CHARACTERS_PER_TOKEN);
  if (!Array.isArray(content)) return 0;
  return content.reduce((sum: number, part: unknown) => sum + partTokens(part), 0);
}

function partTokens(part: unknown): number {
  if (typeof part !== 'object' || part === null) return 0;
  if (!('text' in part) || typeof part.text !== 'string') return TOKENS_PER_MEDIUM;
  return Math.ceil(part.text.length / CHARACTERS_PER_TOKEN);
}
