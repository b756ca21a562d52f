import type { Message } from '@parley/protocol';
import type { ChatRequest, Input, Parameters } from '../../core/complete.ts';
import type { ChatEvent } from '../../core/event.ts';
import type { Target } from '../target.ts';
import { type Splice, type Spliced, withoutBeginning } from './replay.ts';
import type { Transcript } from './transcript.ts';

export interface Continued {
  readonly request: ChatRequest;
  readonly splice: Splice;
  /** Parameters that count from the place where the answer is gone on with. */
  readonly restarted: readonly string[];
}

/** What the sampler remembers of an answer is not handed on with its text. */
const RESTARTED = ['seed', 'frequency_penalty', 'presence_penalty'] as const;

/**
 * The request for what is missing of an answer that broke off in its text. Undefined where going on is not the same as not
 * having stopped: in a call of a tool, in a form that is enforced, in the middle of what may be a stop string.
 */
export function continued(request: ChatRequest, sent: Transcript, target: Target): Continued | undefined {
  if (!isContinuable(request.parameters, sent)) return undefined;
  // Anthropic refuses a last message that ends in white space.
  const text = sent.text.trimEnd();
  const input = text === '' ? undefined : prefilled(request, text, target.upstream.provider.continuation);
  if (input === undefined) return undefined;
  const { parameters } = request;
  return {
    request: {
      ...request,
      input,
      parameters: {
        ...parameters,
        ...remaining(parameters, sent.tokens),
        ...(target.upstream.provider.continuation === 'continue_final_message' &&
          input.kind === 'messages' && { continue_final_message: true, add_generation_prompt: false }),
      },
    },
    splice: new Joint(sent.text.slice(text.length)),
    restarted: RESTARTED.filter((name) => (parameters[name] ?? 0) !== 0),
  };
}

function isContinuable(parameters: Parameters, sent: Transcript): boolean {
  if (sent.calls.size > 0 || sent.refusal !== '' || sent.ended) return false;
  const { response_format: format, structured_outputs, truncate_prompt_tokens, use_beam_search } = parameters;
  if (structured_outputs || (format && format.type !== 'text')) return false;
  if (use_beam_search || typeof truncate_prompt_tokens === 'number') return false;
  const stops = typeof parameters.stop === 'string' ? [parameters.stop] : (parameters.stop ?? []);
  return !stops.some((stop) => endsInside(sent.text, stop));
}

/** Whether the text ends with a beginning of the stop string. */
function endsInside(text: string, stop: string): boolean {
  for (let length = Math.min(stop.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(stop.slice(0, length))) return true;
  }
  return false;
}

type Continuation = Target['upstream']['provider']['continuation'];

function prefilled({ input, parameters }: ChatRequest, text: string, how: Continuation): Input | undefined {
  switch (input.kind) {
    case 'tokens':
      return undefined;
    case 'text':
      return { kind: 'text', text: input.text + text };
    case 'messages': {
      const isOpen = parameters.continue_final_message === true;
      if (how === 'none' || (parameters.add_generation_prompt === false && !isOpen)) return undefined;
      const goesOn = isOpen || how === 'assistant-prefill';
      return { kind: 'messages', messages: withAnswer(input.messages, text, goesOn) };
    }
  }
}

/** `goesOn`: a last message of the assistant is gone on with, and not answered. */
function withAnswer(messages: readonly Message[], text: string, goesOn: boolean): readonly Message[] {
  const last = messages.at(-1);
  if (!goesOn || last === undefined || !('role' in last) || last.role !== 'assistant') {
    return [...messages, { role: 'assistant', content: text }];
  }
  const { content } = last;
  const longer = Array.isArray(content)
    ? [...content, { type: 'text' as const, text }]
    : `${typeof content === 'string' ? content : ''}${text}`;
  return [...messages.slice(0, -1), { ...last, content: longer }];
}

/** Limits of length, less what was sent. */
function remaining(parameters: Parameters, tokens: number): Partial<Parameters> {
  const { max_tokens, max_completion_tokens, min_tokens, min_completion_tokens } = parameters;
  const most = (limit: number) => Math.max(1, limit - tokens);
  const least = (limit: number) => Math.max(0, limit - tokens);
  return {
    ...(typeof max_tokens === 'number' && { max_tokens: most(max_tokens) }),
    ...(typeof max_completion_tokens === 'number' && { max_completion_tokens: most(max_completion_tokens) }),
    ...(typeof min_tokens === 'number' && { min_tokens: least(min_tokens) }),
    ...(typeof min_completion_tokens === 'number' && {
      min_completion_tokens: least(min_completion_tokens),
    }),
  };
}

/** Joins the text at white space that was sent and may come again; reasoning has its place before the text. */
class Joint implements Splice {
  #space: string;

  constructor(space: string) {
    this.#space = space;
  }

  take(event: ChatEvent): Spliced {
    switch (event.type) {
      case 'start':
      case 'choice-prompt':
      case 'reasoning-delta':
        return 'known';
      case 'text-delta':
        return this.#text(event);
      case 'refusal-delta':
      case 'tool-call-start':
      case 'tool-call-delta':
      case 'choice-end':
      case 'usage':
      case 'timing':
        return event;
    }
  }

  #text(event: Extract<ChatEvent, { type: 'text-delta' }>): Spliced {
    let common = 0;
    while (common < this.#space.length && this.#space[common] === event.text[common]) common++;
    this.#space = common === event.text.length ? this.#space.slice(common) : '';
    if (common > 0 && common === event.text.length) return 'known';
    return withoutBeginning(event, common);
  }
}
