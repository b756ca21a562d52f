import type { ChatCompletion, ResponseMessage, ResponseToolCall } from '@parley/protocol';
import type { Folded, FoldedChoice, FoldedToolCall } from '../../core/fold.ts';
import type { ParameterReportEntry } from '../../core/report.ts';
import { type EncodingOptions, wireLogprobs, wireTimeInfo, wireUsage } from './common.ts';

/** The whole answer, keys in the order of Cerebras's example. */
export function chatBody(
  answer: Folded,
  options: EncodingOptions,
  report?: readonly ParameterReportEntry[],
): ChatCompletion {
  const { start, choices, usage, timing } = answer;
  return {
    id: start.id,
    choices: choices.map((choice) => wireChoice(choice, start.echo ?? '', options)),
    created: start.created,
    model: start.model,
    system_fingerprint: start.systemFingerprint,
    object: 'chat.completion',
    usage: wireUsage(usage),
    time_info: wireTimeInfo(timing, start.created),
    ...(options.serviceTier !== undefined && { service_tier: options.serviceTier }),
    ...(report && { parley: { report: [...report] } }),
  };
}

function wireChoice(
  choice: FoldedChoice,
  echo: string,
  options: EncodingOptions,
): ChatCompletion['choices'][number] {
  const { logprobs, tokensAsIds } = options;
  const { tokens, reasoningTokens } = choice;
  return {
    index: choice.index,
    message: wireMessage(choice, echo),
    finish_reason: choice.reason,
    logprobs: logprobs ? wireLogprobs(tokens ?? [], tokensAsIds) : null,
    ...(logprobs && reasoningTokens && { reasoning_logprobs: wireLogprobs(reasoningTokens, tokensAsIds) }),
    stop_reason: choice.stop ?? null,
  };
}

function wireMessage(choice: FoldedChoice, echo: string): ResponseMessage {
  const { reasoning, refusal, toolCalls } = choice;
  const text = echo + choice.text;
  const withoutText = text === '' && (toolCalls.length > 0 || refusal !== undefined);
  return {
    role: 'assistant',
    content: withoutText ? null : text,
    refusal: refusal ?? null,
    ...(reasoning !== '' && { reasoning, reasoning_content: reasoning }),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls.map(wireCall) }),
  };
}

function wireCall({ id, kind, name, arguments: text }: FoldedToolCall): ResponseToolCall {
  if (kind === 'custom') return { id, type: 'custom', custom: { name, input: text } };
  return { id, type: 'function', function: { name, arguments: text } };
}
