import {
  type ApiError,
  type CompletionRequest,
  checkProfile,
  invalidRequest,
  type Parsed,
  type Prompt,
  parseCompletion,
  unsupportedParameter,
} from '@parley/protocol';
import { abortable } from '../../core/abortable.ts';
import type { ChatRequest, Input } from '../../core/complete.ts';
import type { ChatEvent } from '../../core/event.ts';
import type { ParameterReport } from '../../core/report.ts';
import { type Answer, writeAnswer } from '../answer.ts';
import {
  encodingOptions,
  type Generation,
  modelName,
  openGeneration,
  parseOptions,
  receive,
  reportsInBody,
  type Shared,
} from '../call.ts';
import { ChunkEncoder } from '../encode/chunks.ts';
import { CompletionChoiceWriter, completionBody } from '../encode/completion-choice.ts';
import type { Exchange } from '../http/exchange.ts';
import { mergePrompts, type PromptCall } from '../merge.ts';
import { inProfile, profileOptions } from '../profile.ts';
import { identifiersOf } from '../stored-call.ts';

type TextInput = Exclude<Input, { kind: 'messages' }>;

const MAX_PROMPTS = 128;
/** What OpenAI documents for this endpoint alone. */
const DEFAULT_MAX_TOKENS = 16;

/** `POST /v1/completions`, over the same engine: each prompt is a call of its own. */
export function completions(shared: Shared) {
  return async (exchange: Exchange): Promise<void> => {
    const parsed = parseIn(exchange, await receive(exchange, shared), shared);
    const inputs = toInputs(parsed.request.prompt);
    const call = openGeneration(
      exchange,
      shared,
      parsed,
      parsed.request.request_id ?? `cmpl-${shared.settings.newId()}`,
    );
    const { context } = call;
    refuseUnlessLenient(parsed, context.report);
    const model = modelName(exchange, parsed.request.model, shared);
    const parameters = toParameters(parsed.request);
    exchange.record.identifiers = identifiersOf(parameters);
    const requests = inputs.map((input) => ({ model, input, parameters, unknown: parsed.unknown }));
    const others = new AbortController();
    const signal = AbortSignal.any([exchange.signal, others.signal]);
    const prompts = promptCalls(requests, { ...call, context: { ...context, signal } });
    const concurrency = shared.settings.limits.concurrentPrompts;
    const events = call.delayed(() =>
      mergePrompts(prompts, { id: context.id, n: parameters.n ?? 1, concurrency }),
    );
    try {
      const answer = toAnswer(exchange, events, parameters, context.report);
      const endpoint = exchange.profile?.completions;
      const written = endpoint ? inProfile(answer, endpoint, shared.settings) : answer;
      await writeAnswer(written, shared.settings, shared.metrics);
    } finally {
      // When one prompt failed, the rest must not go on.
      others.abort();
    }
  };
}

function parseIn(exchange: Exchange, body: unknown, shared: Shared): Parsed<CompletionRequest> {
  const { profile } = exchange;
  if (profile?.completions) checkProfile(profile, profile.completions, body);
  return parseCompletion(body, parseOptions(exchange, shared));
}

function toAnswer(
  exchange: Exchange,
  events: AsyncIterable<ChatEvent>,
  parameters: ChatRequest['parameters'],
  report: ParameterReport,
): Answer {
  const plain = encodingOptions(parameters);
  const options = exchange.profile ? profileOptions(plain, exchange.profile, report) : plain;
  const shown = reportsInBody(parameters) ? () => report.entries : undefined;
  return {
    exchange,
    streamed: parameters.stream === true,
    events,
    report,
    encoder: () => new ChunkEncoder(options, new CompletionChoiceWriter(options), shown),
    body: (folded) => completionBody(folded, options, shown?.()),
  };
}

function promptCalls(
  requests: readonly ChatRequest[],
  { context, complete }: Pick<Generation, 'context' | 'complete'>,
): PromptCall[] {
  return requests.map((request, index) => () => {
    const own = index === 0 ? context : { ...context, id: `${context.id}-${index}` };
    return abortable(complete(request, own), context.signal);
  });
}

/** What is of this endpoint alone and does not reach the backend. */
function refuseUnlessLenient({ request, lenient }: Parsed<CompletionRequest>, report: ParameterReport): void {
  for (const refusal of refusals(request)) {
    if (!lenient) throw refusal;
    report.add(refusal.param ?? '', 'ignored', refusal.message);
  }
}

function refusals({ suffix, best_of: best, n }: CompletionRequest): ApiError[] {
  const found: ApiError[] = [];
  if (suffix) found.push(unsupportedParameter('suffix', 'suffix is not supported: leave it out.'));
  if ((best ?? 0) > (n ?? 1)) {
    const message = 'best_of above n is not supported: ask for n choices and choose.';
    found.push(unsupportedParameter('best_of', message));
  }
  return found;
}

function toInputs(prompt: Prompt): TextInput[] {
  if (typeof prompt === 'string') return [{ kind: 'text', text: prompt }];
  if (prompt.every((item) => typeof item === 'number')) return [{ kind: 'tokens', tokens: prompt }];
  if (prompt.length > MAX_PROMPTS) {
    throw invalidRequest('prompt', `prompt must have at most ${MAX_PROMPTS} entries, got ${prompt.length}.`);
  }
  return prompt.map((item) => {
    if (typeof item === 'string') return { kind: 'text', text: item };
    if (typeof item === 'number') throw invalidRequest('prompt', 'prompt must not mix texts and token ids.');
    return { kind: 'tokens', tokens: item };
  });
}

/** In the words of a chat completion, which are those of the engine. */
function toParameters(request: CompletionRequest): ChatRequest['parameters'] {
  const { model, prompt, suffix, best_of, logprobs, ...parameters } = request;
  return {
    ...parameters,
    max_tokens: parameters.max_tokens ?? DEFAULT_MAX_TOKENS,
    ...((logprobs ?? undefined) !== undefined && { logprobs: true, top_logprobs: logprobs }),
  };
}
