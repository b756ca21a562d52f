import type { ChatCompletion, ResponseMessage, ResponseToolCall } from '@parley/protocol';
import type { PromptInfo } from '../../core/event.ts';
import type { Folded, FoldedChoice, FoldedToolCall } from '../../core/fold.ts';
import type { ParameterReportEntry } from '../../core/report.ts';
import {
  type EncodingOptions,
  finishReason,
  scoredTokens,
  wireLogprobs,
  wirePrompt,
  wireTier,
  wireTimeInfo,
  wireUsage,
} from './common.ts';

/** The whole answer, keys in the order of Cerebras's example. */
export function chatBody(
  answer: Folded,
  options: EncodingOptions,
  report?: readonly ParameterReportEntry[],
): ChatCompletion {
  const { start, choices, usage, timing } = answer;
  return {
    id: start.id,
    choices: choices.map((choice) => wireChoice(choice, start, options)),
    created: start.created,
    model: start.model,
    system_fingerprint: start.systemFingerprint,
    object: 'chat.completion',
    usage: wireUsage(usage),
    time_info: wireTimeInfo(timing, start.created),
    ...wirePrompt(start),
    ...wireTier(options),
    ...(report && { parley: { parameters: [...report] } }),
  };
}

function wireChoice(
  choice: FoldedChoice,
  { echo = '', echoTokens }: PromptInfo,
  options: EncodingOptions,
): ChatCompletion['choices'][number] {
  const { logprobs, tokensAsIds } = options;
  const { tokens = [], reasoningTokens, tokenIds } = choice;
  return {
    index: choice.index,
    message: wireMessage(choice, echo, options),
    finish_reason: finishReason(choice.reason, options),
    logprobs: logprobs ? wireLogprobs([...scoredTokens(echoTokens), ...tokens], tokensAsIds) : null,
    ...(logprobs && reasoningTokens && { reasoning_logprobs: wireLogprobs(reasoningTokens, tokensAsIds) }),
    stop_reason: choice.stop ?? null,
    ...(tokenIds && { token_ids: tokenIds }),
  };
}

function wireMessage(choice: FoldedChoice, echo: string, { legacyCalls }: EncodingOptions): ResponseMessage {
  const { reasoning, refusal, toolCalls } = choice;
  const text = echo + choice.text;
  const withoutText = text === '' && (toolCalls.length > 0 || refusal !== undefined);
  return {
    role: 'assistant',
    content: withoutText ? null : text,
    refusal: refusal ?? null,
    ...(reasoning !== '' && { reasoning, reasoning_content: reasoning }),
    ...callsOf(toolCalls, legacyCalls),
  };
}

/** The older form has room for one call. */
function callsOf(
  calls: readonly FoldedToolCall[],
  legacy: boolean,
): Pick<ResponseMessage, 'tool_calls' | 'function_call'> {
  const first = calls[0];
  if (!first) return {};
  if (legacy) return { function_call: { name: first.name, arguments: first.arguments } };
  return { tool_calls: calls.map(wireCall) };
}

function wireCall({ id, kind, name, arguments: text }: FoldedToolCall): ResponseToolCall {
  if (kind === 'custom') return { id, type: 'custom', custom: { name, input: text } };
  return { id, type: 'function', function: { name, arguments: text } };
}
