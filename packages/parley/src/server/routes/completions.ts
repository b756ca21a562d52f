import {
  type CompletionRequest,
  invalidRequest,
  type Prompt,
  parseCompletion,
  unsupportedParameter,
} from '@parley/protocol';
import { abortable } from '../../core/abortable.ts';
import type { CallContext, ChatRequest, Input } from '../../core/complete.ts';
import type { ChatEvent } from '../../core/event.ts';
import type { ParameterReport } from '../../core/report.ts';
import { type Answer, writeAnswer } from '../answer.ts';
import { encodingOptions, modelName, openCall, receive, type Shared } from '../call.ts';
import { ChunkEncoder } from '../encode/chunks.ts';
import { CompletionChoiceWriter, completionBody } from '../encode/completion-choice.ts';
import type { Exchange } from '../http/exchange.ts';
import { mergePrompts, type PromptCall } from '../merge.ts';

type TextInput = Exclude<Input, { kind: 'messages' }>;

const MAX_PROMPTS = 128;
/** What OpenAI documents for this endpoint alone. */
const DEFAULT_MAX_TOKENS = 16;

/** `POST /v1/completions`, over the same engine: each prompt is a call of its own. */
export function completions(shared: Shared) {
  return async (exchange: Exchange): Promise<void> => {
    const parsed = parseCompletion(await receive(exchange, shared));
    refuse(parsed.request);
    const inputs = toInputs(parsed.request.prompt);
    const context = openCall(
      exchange,
      parsed,
      parsed.request.request_id ?? `cmpl-${shared.settings.newId()}`,
    );
    const model = modelName(exchange, parsed.request.model, shared);
    const parameters = toParameters(parsed.request);
    const requests = inputs.map((input) => ({ model, input, parameters, unknown: parsed.unknown }));
    const echoes = await Promise.all(
      inputs.map((input) => (parsed.request.echo ? promptText(model, input, context, shared) : '')),
    );
    const others = new AbortController();
    const signal = AbortSignal.any([exchange.signal, others.signal]);
    const events = mergePrompts(promptCalls(requests, echoes, { ...context, signal }, shared), {
      id: context.id,
      n: parameters.n ?? 1,
      concurrency: shared.settings.limits.concurrentPrompts,
    });
    try {
      await writeAnswer(
        toAnswer(exchange, events, parameters, context.report),
        shared.settings,
        shared.metrics,
      );
    } finally {
      // When one prompt failed, the rest must not go on.
      others.abort();
    }
  };
}

function toAnswer(
  exchange: Exchange,
  events: AsyncIterable<ChatEvent>,
  parameters: ChatRequest['parameters'],
  report: ParameterReport,
): Answer {
  const options = encodingOptions(parameters);
  const shown = parameters.parley?.report === true ? () => report.entries : undefined;
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
  echoes: readonly string[],
  context: CallContext,
  { settings }: Shared,
): PromptCall[] {
  return requests.map((request, index) => ({
    echo: echoes[index] ?? '',
    run: () => {
      const own = index === 0 ? context : { ...context, id: `${context.id}-${index}` };
      return abortable(settings.backend.complete(request, own), context.signal);
    },
  }));
}

function refuse(request: CompletionRequest): void {
  if (request.suffix) throw unsupportedParameter('suffix', 'suffix is not supported: leave it out.');
  const best = request.best_of ?? undefined;
  if (best !== undefined && best > (request.n ?? 1)) {
    throw unsupportedParameter('best_of', 'best_of above n is not supported: ask for n choices and choose.');
  }
  if (request.echo && (request.logprobs ?? undefined) !== undefined) {
    throw unsupportedParameter('echo', 'echo together with logprobs is not supported: the prompt has none.');
  }
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
  const { model, prompt, suffix, best_of, echo, logprobs, ...parameters } = request;
  return {
    ...parameters,
    max_tokens: parameters.max_tokens ?? DEFAULT_MAX_TOKENS,
    ...((logprobs ?? undefined) !== undefined && { logprobs: true, top_logprobs: logprobs }),
  };
}

async function promptText(
  model: string,
  input: TextInput,
  { signal }: CallContext,
  { settings }: Shared,
): Promise<string> {
  if (input.kind === 'text') return input.text;
  const { backend } = settings;
  if (!backend.detokenize) {
    throw unsupportedParameter(
      'echo',
      'echo of token ids is not supported: the model cannot turn them into text.',
    );
  }
  return backend.detokenize(model, input.tokens, signal);
}
